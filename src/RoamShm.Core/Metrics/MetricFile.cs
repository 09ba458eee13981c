using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;

namespace RoamShm;

/// <summary>A file of metrics that others read at any time, as node_exporter's textfile collector does.</summary>
public static class MetricFile
{
    private const int ReadableByAll = 420; // 0644

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
        var text = new StringBuilder();
        foreach (string line in lines ?? throw new ArgumentNullException(nameof(lines)))
        {
            _ = text.Append(line).Append('\n');
        }

        byte[] bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text.ToString());
        if (SegmentFile.Peek(path) is FileStatus status && status.Kind != FileKind.SymbolicLink)
        {
            status.RequireRegular(path);
        }

        using NewFile file = NewFile.Create(path, (ulong)bytes.Length);
        file.Reserve(sparse: false, cancellationToken);
        file.Write(0, bytes, 0, bytes.Length);
        file.SetMode(ReadableByAll);
        file.Publish(replace: true);
    }
}
