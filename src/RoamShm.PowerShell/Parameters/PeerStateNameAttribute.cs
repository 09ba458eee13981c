using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// Validates the values of -State. A ValidateSet would be enough except for completion: the engine then offers its values in its own order, and never calls
/// the completer that knows which of them occur.
/// </summary>
public sealed class PeerStateNameAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <summary>The valid states.</summary>
    public IReadOnlyList<string> ValidValues { get; } = [.. Enum.GetNames(typeof(PeerState)), "Invalid"];

    /// <inheritdoc/>
    protected override void ValidateElement(object element)
    {
        string text = element?.ToString() ?? string.Empty;
        if (!ValidValues.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            throw new ValidationMetadataException($"'{text}' is not a peer state. The states are {string.Join(", ", ValidValues)}.");
        }
    }
}
