using System;

namespace RoamShm;

/// <summary>The one exception of this library: what is wrong with which file, under a stable id.</summary>
public sealed class SegmentException : Exception
{
    /// <summary>Makes an exception without an id; for serializers only.</summary>
    public SegmentException()
        : this(SegmentErrorId.SegmentIOError, string.Empty, path: null)
    {
    }

    /// <summary>Makes an exception without an id.</summary>
    /// <param name="message">What is wrong.</param>
    public SegmentException(string message)
        : this(SegmentErrorId.SegmentIOError, message, path: null)
    {
    }

    /// <summary>Makes an exception without an id.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public SegmentException(string message, Exception innerException)
        : this(SegmentErrorId.SegmentIOError, message, path: null, innerException)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="errorId">One of <see cref="SegmentErrorId"/>.</param>
    /// <param name="message">What is wrong, with found and expected values and the path; names in it are made safe to print.</param>
    /// <param name="path">The file, where there is one.</param>
    /// <param name="innerException">What caused it.</param>
    public SegmentException(string errorId, string message, string? path, Exception? innerException = null)
        : base(PrintableText.Escape(message ?? string.Empty), innerException)
    {
        ErrorId = errorId;
        Path = path;
    }

    /// <summary>One of <see cref="SegmentErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>The file, where there is one.</summary>
    public string? Path { get; }

    /// <summary>What to do about it, where that follows from the cause and not from the id alone; else <see langword="null"/>.</summary>
    public string? Remedy { get; internal set; }

    /// <summary>Whether the file looks as if a host were just making it, or had died while making it.</summary>
    internal bool IsPerhapsBeingMade { get; set; }
}
