using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using RoamShm.Abstractions;

namespace RoamShm.Completers;

/// <summary>The peers of the segments that a command line names already.</summary>
internal static class NamedSegments
{
    /// <summary>Segments that are looked at, for -Path may be a pattern that matches many.</summary>
    private const int Most = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The session in which the completer runs, which nothing hands to it.</summary>
    internal static SessionState Session() => (SessionState)((PSObject)ScriptBlock.Create("$ExecutionContext.SessionState").InvokeReturnAsIs()).BaseObject;

    /// <summary>The peers whose places are not empty. Segments that cannot be read have none.</summary>
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
                // What is wrong with it is for the command to say.
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
