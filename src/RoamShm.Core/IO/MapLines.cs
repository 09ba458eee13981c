using System;
using System.Text;

namespace RoamShm;

/// <summary>Iterates over the lines of a mapping list without allocating a string for each.</summary>
internal sealed class MapLines
{
    private static readonly byte[] DeletedMark = Encoding.ASCII.GetBytes(" (deleted)");

    private readonly byte[] _bytes;
    private readonly int _count;
    private int _start;
    private int _permissions;
    private int _offset;
    private int _nameStart;
    private int _lineEnd = -1;

    internal MapLines(byte[] bytes, int count)
    {
        _bytes = bytes;
        _count = count;
    }

    // Few lines are asked for these, so they are parsed on demand.
    internal ulong Start => Hex(_start, out _);

    internal ulong End
    {
        get
        {
            _ = Hex(_start, out int dash);
            return Hex(dash + 1, out _);
        }
    }

    internal ulong Offset => Hex(_offset, out _);

    internal ulong Inode { get; private set; }

    internal FileKey File { get; private set; }

    internal bool IsShared => _bytes[_permissions + 3] == 's';

    internal bool IsUntouchable => IsShared && _bytes[_permissions] == '-' && _bytes[_permissions + 1] == '-' && _bytes[_permissions + 2] == '-';

    /// <summary>Returns the name that the file had; <see langword="null"/> if it still has one.</summary>
    internal string? DeletedName
    {
        get
        {
            int end = _lineEnd - DeletedMark.Length;
            if (end <= _nameStart)
            {
                return null;
            }

            for (int i = 0; i < DeletedMark.Length; i++)
            {
                if (_bytes[end + i] != DeletedMark[i])
                {
                    return null;
                }
            }

            // The kernel escapes only line feeds in names.
            return Encoding.UTF8.GetString(_bytes, _nameStart, end - _nameStart).Replace("\\012", "\n");
        }
    }

    internal bool MoveNext()
    {
        while (_lineEnd + 1 < _count)
        {
            _start = _lineEnd + 1;
            _lineEnd = Array.IndexOf(_bytes, (byte)'\n', _start, _count - _start);
            _lineEnd = _lineEnd < 0 ? _count : _lineEnd;
            if (TryParse())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parses what every line is asked for: <c>start-end permissions offset major:minor inode   name</c>.</summary>
    private bool TryParse()
    {
        _permissions = AfterSpace(_start);
        _offset = AfterSpace(_permissions);
        ulong major = Hex(AfterSpace(_offset), out int colon);
        ulong minor = Hex(colon + 1, out int space);
        Inode = Decimal(space + 1, out _nameStart);
        File = new FileKey((major << 32) | minor, Inode);
        while (_nameStart < _lineEnd && _bytes[_nameStart] == ' ')
        {
            _nameStart++;
        }

        return colon < _lineEnd && _bytes[colon] == ':' && space < _lineEnd && _bytes[space] == ' ';
    }

    /// <summary>Returns the index after the next space; the end of the line if there is none.</summary>
    private int AfterSpace(int at)
    {
        byte[] bytes = _bytes;
        int end = _lineEnd;
        while (at < end && bytes[at] != ' ')
        {
            at++;
        }

        return Math.Min(at + 1, end);
    }

    private ulong Hex(int at, out int end)
    {
        byte[] bytes = _bytes;
        ulong value = 0;
        for (end = at; end < _lineEnd; end++)
        {
            int digit = bytes[end];
            digit = digit is >= '0' and <= '9' ? digit - '0' : digit is >= 'a' and <= 'f' ? digit - 'a' + 10 : -1;
            if (digit < 0)
            {
                break;
            }

            value = (value << 4) | (uint)digit;
        }

        return value;
    }

    private ulong Decimal(int at, out int end)
    {
        byte[] bytes = _bytes;
        ulong value = 0;
        for (end = at; end < _lineEnd && bytes[end] is >= (byte)'0' and <= (byte)'9'; end++)
        {
            value = unchecked((value * 10) + (uint)(bytes[end] - '0'));
        }

        return value;
    }
}
