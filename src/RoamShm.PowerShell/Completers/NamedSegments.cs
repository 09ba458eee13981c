using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using RoamShm.Abstractions;

namespace RoamShm.Completers;

/// <summary>The peers of the segments named on a command line.</summary>
internal static class NamedSegments
{
    /// <summary>The number of segments to read, since -Path may be a pattern that matches many.</summary>
    private const int Most = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The session in which the completer runs; the engine does not pass it.</summary>
    internal static SessionState Session() => (SessionState)((PSObject)ScriptBlock.Create("$ExecutionContext.SessionState").InvokeReturnAsIs()).BaseObject;

    /// <summary>Returns the peers whose entries are not Empty. Skips segments that cannot be read.</summary>
    internal static IReadOnlyList<SegmentPeer> Peers(IDictionary? boundParameters)
    {
        var peers = new List<SegmentPeer>();
        using var timeout = new CancellationTokenSource(Longest);
        foreach (string path in Paths(boundParameters).Take(Most).Where(Segment.IsSegment))
        {
            try
            {
                using Segment segment = Segment.Open(path, timeout.Token);
                peers.AddRange(segment.ReadPeers(PeerDetail.States, timeout.Token).Where(peer => peer.StateCode != (uint)PeerState.Empty));
            }
            catch (Exception e) when (e is SegmentException or OperationCanceledException)
            {
                // Leave the error for the command to report.
            }
        }

        return peers;
    }

    private static IEnumerable<string> Paths(IDictionary? boundParameters)
    {
        if (boundParameters is null || boundParameters.Count == 0)
        {
            yield break;
        }

        var resolver = new PathResolver(Session());
        foreach (string name in Texts(boundParameters["LiteralPath"]))
        {
            if (Try(() => [resolver.ResolveLiteral(name)]) is string[] paths)
            {
                yield return paths[0];
            }
        }

        foreach (string name in Texts(boundParameters["Path"]))
        {
            foreach (string path in Try(() => resolver.Resolve(name).Take(Most).ToArray()) ?? [])
            {
                yield return path;
            }
        }
    }

    private static string[]? Try(Func<string[]> resolve)
    {
        try
        {
            return resolve();
        }
        catch (SegmentException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Texts(object? value)
    {
        object? argument = value is PSObject wrapped ? wrapped.BaseObject : value;
        return argument switch
        {
            string text => [text],
            IEnumerable several => several.Cast<object?>().Select(one => one?.ToString() ?? string.Empty).Where(text => text.Length > 0),
            _ => [],
        };
    }
}
