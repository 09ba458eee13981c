using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;

namespace RoamShm;

/// <summary>A file of metrics that others, such as the textfile collector of node_exporter, may read at any time.</summary>
public static class MetricFile
{
    private const int ReadableByAll = 420; // 0644
    private const int PieceLength = 16 * 1024;

    /// <summary>
    /// Writes a new file next to the one to be replaced, then renames it over that one in a single step. Nobody ever sees half a file, and everybody may read
    /// it. The temporary name does not end in <c>.prom</c>, so no collector picks it up.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation; the old file is kept if the write is cancelled.</param>
    /// <exception cref="SegmentException">The file cannot be written, or its folder does not exist.</exception>
    /// <exception cref="OperationCanceledException">The write was cancelled.</exception>
    public static void Replace(string path, IEnumerable<string> lines, CancellationToken cancellationToken = default)
    {
        if (lines is null)
        {
            throw new ArgumentNullException(nameof(lines));
        }

        List<byte[]> pieces = Encode(lines);
        if (SegmentFile.Peek(path) is FileStatus status && status.Kind != FileKind.SymbolicLink)
        {
            status.RequireRegular(path);
        }

        using NewFile file = NewFile.Create(path, (ulong)pieces.Sum(piece => (long)piece.Length));
        file.Reserve(sparse: false, cancellationToken);
        ulong at = 0;
        foreach (byte[] piece in pieces)
        {
            file.Write(at, piece, 0, piece.Length);
            at += (ulong)piece.Length;
        }

        file.SetMode(ReadableByAll);
        file.Publish(replace: true);
    }

    /// <summary>Encodes the text in pieces: a single array, which grows by being copied, would take several times the size of the text.</summary>
    private static List<byte[]> Encode(IEnumerable<string> lines)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var pieces = new List<byte[]>();
        var text = new StringBuilder();
        foreach (string line in lines)
        {
            _ = text.Append(line).Append('\n');
            if (text.Length >= PieceLength)
            {
                pieces.Add(encoding.GetBytes(text.ToString()));
                _ = text.Clear();
            }
        }

        pieces.Add(encoding.GetBytes(text.ToString()));
        return pieces;
    }
}
