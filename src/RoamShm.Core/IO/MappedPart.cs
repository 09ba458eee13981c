using System;

namespace RoamShm;

/// <summary>Part of a segment, mapped shared. Only for what must be an atomic store; reading goes through <see cref="SegmentFile.Read"/>.</summary>
internal abstract unsafe class MappedPart : IDisposable
{
    private protected MappedPart(byte* address) => Address = address;

    /// <summary>Where the part begins.</summary>
    internal byte* Address { get; }

    public abstract void Dispose();
}
