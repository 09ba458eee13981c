using System;

namespace RoamShm;

/// <summary>What happened to a watched segment. A <see cref="SegmentEvent"/> carries them as text.</summary>
[Flags]
public enum SegmentChange
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The segment as it was when first seen.</summary>
    Initial = 1,

    /// <summary>The host's goodbye went from 0 to something else (<c>r[shm.host.goodbye]</c>).</summary>
    Goodbye = 2,

    /// <summary>current_size or the file's length changed (<c>r[shm.varslot.extents]</c>).</summary>
    Resized = 4,

    /// <summary>The file became shorter than the segment; the object has the last header that could be read, and the new length.</summary>
    Truncated = 8,

    /// <summary>Another file has the name.</summary>
    Replaced = 16,

    /// <summary>Nothing has the name any more; the object has the last header.</summary>
    Removed = 32,

    /// <summary>After it was removed, truncated or invalid, there is a segment again.</summary>
    Reappeared = 64,

    /// <summary>Another field of the header changed, or the goodbye was taken back.</summary>
    HeaderChanged = 128,

    /// <summary>What has the name is no readable segment any more; the object has the last header.</summary>
    Invalid = 256,
}
