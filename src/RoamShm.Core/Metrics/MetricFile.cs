using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;

namespace RoamShm;

/// <summary>A file of metrics that others read at any time, as node_exporter's textfile collector does.</summary>
public static class MetricFile
{
    private const int ReadableByAll = 420; // 0644
    private const int BufferSize = 16 * 1024;

    /// <summary>
    /// Writes a file beside the one that is to be replaced and gives it that one's name in one step, so that nobody ever sees half of it, and everybody may read it.
    /// Its temporary name does not end in <c>.prom</c>, so no collector takes it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">Ends a long write; the old file stays.</param>
    /// <exception cref="SegmentException">The file cannot be written, or its folder does not exist.</exception>
    /// <exception cref="OperationCanceledException">The write was cancelled.</exception>
    public static void Replace(string path, IEnumerable<string> lines, CancellationToken cancellationToken = default)
    {
        if (lines is null)
        {
            throw new ArgumentNullException(nameof(lines));
        }

        using var text = new MemoryStream();
        using (var writer = new StreamWriter(text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferSize, leaveOpen: true))
        {
            foreach (string line in lines)
            {
                writer.Write(line);
                writer.Write('\n');
            }
        }

        if (SegmentFile.Peek(path) is FileStatus status && status.Kind != FileKind.SymbolicLink)
        {
            status.RequireRegular(path);
        }

        using NewFile file = NewFile.Create(path, (ulong)text.Length);
        file.Reserve(sparse: false, cancellationToken);
        file.Write(0, text.GetBuffer(), 0, (int)text.Length);
        file.SetMode(ReadableByAll);
        file.Publish(replace: true);
    }
}
