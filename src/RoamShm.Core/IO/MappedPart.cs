using System;

namespace RoamShm;

/// <summary>A part of a segment, mapped shared. Only for stores that must be atomic; to read, use <see cref="SegmentFile.Read"/>.</summary>
internal abstract unsafe class MappedPart : IDisposable
{
    private protected MappedPart(byte* address) => Address = address;

    /// <summary>The address of the part.</summary>
    internal byte* Address { get; }

    public abstract void Dispose();
}
