using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// The states that -State takes. A ValidateSet would do but for completion: the engine then offers its values in its own order, and never asks the completer that
/// knows which of them occur.
/// </summary>
public sealed class PeerStateNameAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <summary>The states.</summary>
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
