using System;

namespace RoamShm;

/// <summary>The first page of a segment, mapped shared. Only for what must be an atomic store; reading goes through <see cref="SegmentFile.Read"/>.</summary>
internal abstract unsafe class MappedPage : IDisposable
{
    private protected MappedPage(byte* address) => Address = address;

    internal byte* Address { get; }

    public abstract void Dispose();
}
