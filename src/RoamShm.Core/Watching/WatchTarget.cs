using System;

namespace RoamShm;

/// <summary>A watched file, and what was last seen of it.</summary>
internal sealed class WatchTarget
{
    private const int SecondLooks = 1;
    private int _looks;

    internal WatchTarget(string path) => Path = path;

    internal string Path { get; }

    internal WatchState State { get; set; }

    /// <summary>Whether it was not there at the start, so that its first sight is a change.</summary>
    internal bool IsLate { get; set; }

    internal bool IsGivenUp { get; set; }

    internal string? ErrorId { get; set; }

    /// <summary>Whether the error is one that passes when a host has made the segment.</summary>
    internal bool IsBeingMade { get; set; }

    internal FileIdentity Identity { get; set; }

    internal SegmentHeaderFields? Header { get; private set; }

    /// <summary>The file as it is held open; null where it is not to be held.</summary>
    internal HeldFile? Held { get; set; }

    internal PeerWatch Peers { get; } = new();

    internal byte[] Bytes { get; } = new byte[HeaderLayout.Size];

    /// <summary>A file that is just being made when the watch begins gets one more look.</summary>
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

    /// <summary>What changed of a header that is not the same any more.</summary>
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
