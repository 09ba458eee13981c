using System;

namespace RoamShm;

/// <summary>The only exception type of this library: what is wrong with which file, with a stable error id.</summary>
public sealed class SegmentException : Exception
{
    /// <summary>Creates an exception without an id. For serializers only.</summary>
    public SegmentException()
        : this(SegmentErrorId.SegmentIOError, string.Empty, path: null)
    {
    }

    /// <summary>Creates an exception without an id.</summary>
    /// <param name="message">The error message.</param>
    public SegmentException(string message)
        : this(SegmentErrorId.SegmentIOError, message, path: null)
    {
    }

    /// <summary>Creates an exception without an id.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="innerException">The cause.</param>
    public SegmentException(string message, Exception innerException)
        : this(SegmentErrorId.SegmentIOError, message, path: null, innerException)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="errorId">One of <see cref="SegmentErrorId"/>.</param>
    /// <param name="message">The error message, with the expected and found values and the path. Names in it are made safe to print.</param>
    /// <param name="path">The path of the file, if any.</param>
    /// <param name="innerException">The cause.</param>
    public SegmentException(string errorId, string message, string? path, Exception? innerException = null)
        : base(PrintableText.Escape(message ?? string.Empty), innerException)
    {
        ErrorId = errorId;
        Path = path;
    }

    /// <summary>Gets the error id, one of <see cref="SegmentErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>Gets the path of the file, if any.</summary>
    public string? Path { get; }

    /// <summary>Gets the remedy, if it depends on the cause and not only on the error id; otherwise <see langword="null"/>.</summary>
    public string? Remedy { get; internal set; }

    /// <summary>Whether the file looks as if a host were still creating it, or had died while creating it.</summary>
    internal bool IsPerhapsBeingMade { get; set; }
}
