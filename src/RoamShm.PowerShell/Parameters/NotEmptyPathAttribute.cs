using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Refuses what is no path, and says what would be one: the engine's own words for it are about an argument that is null or empty, which an object is not.</summary>
public sealed class NotEmptyPathAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void ValidateElement(object element)
    {
        if (string.IsNullOrEmpty(element?.ToString()))
        {
            throw new ValidationMetadataException("There is no path. Give the path of a segment, or an object that has one as its PSPath, LiteralPath or Path.");
        }
    }
}
