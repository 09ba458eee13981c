using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// Refuses values that are not paths, and says what would be one. The engine's own message is about null or empty arguments, which an object is not.
/// </summary>
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
