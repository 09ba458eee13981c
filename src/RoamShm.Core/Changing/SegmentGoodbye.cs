using System;
using System.Threading;

namespace RoamShm;

/// <summary>Raises the host's goodbye, which asks every guest to detach (<c>r[shm.host.goodbye]</c>).</summary>
public sealed unsafe class SegmentGoodbye
{
    private readonly byte[] _header = new byte[HeaderLayout.Size];
    private readonly ReadyWait _wait;
    private byte[]? _classes;

    /// <summary>Makes an object that serves one call on many files.</summary>
    /// <param name="cancellation">Ends the wait for a file that is just being made.</param>
    public SegmentGoodbye(CancellationToken cancellation = default) => _wait = new ReadyWait(cancellation);

    /// <summary>
    /// Raises the flag with one atomic compare-and-exchange on its 32 bits; nothing else in the file changes. A flag that is
    /// already raised stays as it is.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="value">The value to store, not 0; the reference stores 1.</param>
    /// <param name="header">The header after the change.</param>
    /// <returns>The previous value: 0 where this call raised the flag.</returns>
    /// <exception cref="SegmentException">The file cannot be written, or is not a segment that a guest could attach to.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is 0.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public uint Raise(string path, uint value, out SegmentHeader header)
    {
        if (value == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "A goodbye is not 0.");
        }

        try
        {
            return RaiseOnce(path, value, out header);
        }
        catch (SegmentException e)
        {
            if (!_wait.IsWorthASecondLook(e))
            {
                throw;
            }
        }

        return RaiseOnce(path, value, out header);
    }

    private uint RaiseOnce(string path, uint value, out SegmentHeader header)
    {
        using SegmentFile file = SegmentFile.OpenReadWrite(path);
        _ = AttachChecks.ReadHeader(file, _header);
        AttachChecks.CheckHeader(file, _header);
        AttachChecks.CheckPool(file, _header, ref _classes);

        uint previous;
        using (MappedPart page = file.Map(0, HeaderLayout.Size))
        {
            // A mapping of a file that has been truncated kills who touches it. What is left of that window is from
            // this look at the length to the exchange.
            file.Refresh();
            if (file.Length < HeaderLayout.Size)
            {
                throw SegmentErrors.TooShort(path, file.Length);
            }

            fixed (byte* copy = _header)
            {
                for (int i = 0; i < HeaderLayout.Size / sizeof(ulong); i++)
                {
                    ((ulong*)copy)[i] = ((ulong*)page.Address)[i];
                }
            }

            AttachChecks.CheckHeader(file, _header);
            ref int flag = ref *(int*)(page.Address + HeaderLayout.HostGoodbye);
            previous = (uint)Interlocked.CompareExchange(ref flag, (int)value, 0);
        }

        header = new SegmentHeader { Identity = file.Status.Identity };
        header.Decode(path, _header, file.Length);
        header.SetGoodbye(previous == 0 ? value : previous);
        return previous;
    }
}
