using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace RoamShm.Completers;

/// <summary>Completes the peers of the segments named on the command line, except Empty entries.</summary>
public sealed class PeerIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach (IGrouping<int, SegmentPeer> peers in NamedSegments.Peers(fakeBoundParameters).GroupBy(peer => peer.PeerId).OrderBy(group => group.Key))
        {
            string id = peers.Key.ToString(CultureInfo.InvariantCulture);
            if (id.StartsWith(typed, StringComparison.Ordinal))
            {
                // Where Tab shows a list, as on Linux, it shows the list text and no tooltip.
                string states = string.Join("; ", peers.Select(Describe).Distinct());
                yield return new CompletionResult(id, $"{id} ({states})", CompletionResultType.ParameterValue, states);
            }
        }
    }

    private static string Describe(SegmentPeer peer) => $"{peer.State}, {peer.Liveness}";
}
