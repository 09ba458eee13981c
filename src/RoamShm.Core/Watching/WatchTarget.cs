using System;

namespace RoamShm;

/// <summary>A watched file and its last known state.</summary>
internal sealed class WatchTarget
{
    private const int SecondLooks = 1;
    private int _looks;

    internal WatchTarget(string path) => Path = path;

    internal string Path { get; }

    internal WatchState State { get; set; }

    /// <summary>Whether it did not exist at the start, so that its first appearance is a change.</summary>
    internal bool IsLate { get; set; }

    internal bool IsGivenUp { get; set; }

    internal string? ErrorId { get; set; }

    /// <summary>Whether the error will go away once a host has finished creating the segment.</summary>
    internal bool IsBeingMade { get; set; }

    internal FileIdentity Identity { get; set; }

    internal SegmentHeaderFields? Header { get; private set; }

    /// <summary>The file as it is held open between polls; null if it must not be held.</summary>
    internal HeldFile? Held { get; set; }

    internal PeerWatch Peers { get; } = new();

    internal byte[] Bytes { get; } = new byte[HeaderLayout.Size];

    /// <summary>Whether to poll the file once more: one that is being created when the watch begins gets a second chance.</summary>
    internal bool IsWorthASecondLook() => _looks++ < SecondLooks;

    internal unsafe bool IsSame(FileStatus status, byte[] header)
    {
        if (!Identity.Equals(status.Identity) || status.Length != Header!.FileLength)
        {
            return false;
        }

        fixed (byte* now = header)
        fixed (byte* before = Bytes)
        {
            for (int i = 0; i < HeaderLayout.Size / sizeof(ulong); i++)
            {
                if (((ulong*)now)[i] != ((ulong*)before)[i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Returns the difference from a header known to have changed.</summary>
    internal SegmentChange Compare(SegmentHeaderFields now, byte[] bytesNow)
    {
        SegmentHeaderFields before = Header!;
        SegmentChange change = SegmentChange.None;
        if (before.CurrentSize != now.CurrentSize || before.FileLength != now.FileLength)
        {
            change |= SegmentChange.Resized;
        }

        if (before.HostGoodbye && before.HostGoodbyeValue != now.HostGoodbyeValue)
        {
            change |= SegmentChange.HeaderChanged;
        }

        for (int i = 0; i < HeaderLayout.Size; i++)
        {
            bool isWatchedItself = i is >= HeaderLayout.HostGoodbye and < HeaderLayout.HostGoodbye + sizeof(uint)
                or >= HeaderLayout.CurrentSize and < HeaderLayout.CurrentSize + sizeof(ulong);
            if (!isWatchedItself && Bytes[i] != bytesNow[i])
            {
                return change | SegmentChange.HeaderChanged;
            }
        }

        return change;
    }

    internal void See(SegmentHeaderFields header, FileStatus status, byte[] bytes)
    {
        if (State != WatchState.Present || !Identity.Equals(status.Identity))
        {
            Peers.Forget();
        }

        State = WatchState.Present;
        ErrorId = null;
        Header = header;
        Identity = status.Identity;
        Buffer.BlockCopy(bytes, 0, Bytes, 0, HeaderLayout.Size);
    }
}
