using System.Management.Automation;

namespace RoamShm;

/// <summary>
/// No file has that name. PowerShell's own cmdlets raise an <see cref="ItemNotFoundException"/> then, and so does this module; <c>catch [RoamShm.SegmentException]</c>
/// catches it all the same, since the engine tries the inner exception too.
/// </summary>
public sealed class SegmentNotFoundException : ItemNotFoundException
{
    private ErrorRecord? _record;

    /// <summary>Makes an exception without a file.</summary>
    public SegmentNotFoundException()
        : this(new SegmentException(SegmentErrorId.SegmentNotFound, "There is no such file.", path: null))
    {
    }

    /// <summary>Makes an exception without a file.</summary>
    /// <param name="message">What is wrong.</param>
    public SegmentNotFoundException(string message)
        : this(new SegmentException(SegmentErrorId.SegmentNotFound, message, path: null))
    {
    }

    /// <summary>Makes an exception without a file.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public SegmentNotFoundException(string message, System.Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="error">What is wrong.</param>
    internal SegmentNotFoundException(SegmentException error)
        : base(error.Message, error) => Path = error.Path;

    /// <summary>The record that carries the exception, which a <c>catch</c> hands on. The engine's own would have another id.</summary>
    public override ErrorRecord ErrorRecord => _record ?? base.ErrorRecord;

    /// <summary>The id of the error, <c>SegmentNotFound</c>.</summary>
    public string ErrorId => SegmentErrorId.SegmentNotFound;

    /// <summary>The file, where there is one.</summary>
    public string? Path { get; }

    /// <summary>Notes the record that carries the exception.</summary>
    /// <param name="record">The record.</param>
    internal void CarryIn(ErrorRecord record) => _record = record;
}
