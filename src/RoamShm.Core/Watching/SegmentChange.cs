using System;

namespace RoamShm;

/// <summary>The changes of a watched segment. A <see cref="SegmentEvent"/> carries them as text.</summary>
[Flags]
public enum SegmentChange
{
    /// <summary>No change.</summary>
    None = 0,

    /// <summary>The segment as first seen.</summary>
    Initial = 1,

    /// <summary>The host's goodbye changed from 0 to another value (<c>r[shm.host.goodbye]</c>).</summary>
    Goodbye = 2,

    /// <summary>current_size or the length of the file changed (<c>r[shm.varslot.extents]</c>).</summary>
    Resized = 4,

    /// <summary>The file became shorter than the segment. The event carries the last readable header and the new length.</summary>
    Truncated = 8,

    /// <summary>The name now belongs to another file.</summary>
    Replaced = 16,

    /// <summary>The name no longer exists. The event carries the last header.</summary>
    Removed = 32,

    /// <summary>A segment that was removed, truncated or invalid is back.</summary>
    Reappeared = 64,

    /// <summary>Another field of the header changed, or the goodbye was revoked.</summary>
    HeaderChanged = 128,

    /// <summary>The file of that name is no longer a readable segment. The event carries the last header.</summary>
    Invalid = 256,
}
