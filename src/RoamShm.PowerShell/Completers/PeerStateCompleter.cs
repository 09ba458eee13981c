using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace RoamShm.Completers;

/// <summary>Completes peer states. Lists those first that occur in the segments named on the command line.</summary>
public sealed class PeerStateCompleter : IArgumentCompleter
{
    private static readonly (string State, string Meaning)[] States =
    [
        ("Attached", "A guest is on it"),
        ("Goodbye", "Its guest is leaving, has left or has crashed"),
        ("Reserved", "The host spawned a guest that has not attached yet"),
        ("Empty", "Free"),
        ("Invalid", "None of the states that the format knows"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        ILookup<string, int> peers = NamedSegments.Peers(fakeBoundParameters).ToLookup(peer => peer.State!, peer => peer.PeerId);
        foreach ((string state, string meaning) in States.OrderBy(one => peers.Contains(one.State) ? 0 : 1))
        {
            if (state.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            {
                string those = peers.Contains(state) ? $"peer {string.Join(", ", peers[state].Distinct())}" : string.Empty;
                yield return new CompletionResult(
                    state,
                    those.Length > 0 ? $"{state} ({those})" : state,
                    CompletionResultType.ParameterValue,
                    those.Length > 0 ? $"{meaning}: {those}" : meaning);
            }
        }
    }
}
