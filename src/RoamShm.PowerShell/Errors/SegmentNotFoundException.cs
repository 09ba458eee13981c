using System.Management.Automation;

namespace RoamShm;

/// <summary>
/// The error for a file that does not exist. PowerShell's own cmdlets throw an <see cref="ItemNotFoundException"/> then, and so does this module. <c>catch
/// [RoamShm.SegmentException]</c> still catches it, because the engine also tries the inner exception.
/// </summary>
public sealed class SegmentNotFoundException : ItemNotFoundException
{
    private ErrorRecord? _record;

    /// <summary>Creates an exception without a file.</summary>
    public SegmentNotFoundException()
        : this(new SegmentException(SegmentErrorId.SegmentNotFound, "There is no such file.", path: null))
    {
    }

    /// <summary>Creates an exception without a file.</summary>
    /// <param name="message">The error message.</param>
    public SegmentNotFoundException(string message)
        : this(new SegmentException(SegmentErrorId.SegmentNotFound, message, path: null))
    {
    }

    /// <summary>Creates an exception without a file.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="innerException">The cause.</param>
    public SegmentNotFoundException(string message, System.Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="error">The error.</param>
    internal SegmentNotFoundException(SegmentException error)
        : base(error.Message, error) => Path = error.Path;

    /// <summary>The error record with this exception, which <c>catch</c> receives. A record that the engine creates would have another id.</summary>
    public override ErrorRecord ErrorRecord => _record ?? base.ErrorRecord;

    /// <summary>The error id, <c>SegmentNotFound</c>.</summary>
    public string ErrorId => SegmentErrorId.SegmentNotFound;

    /// <summary>The path of the file, if any.</summary>
    public string? Path { get; }

    /// <summary>Sets the error record with this exception.</summary>
    /// <param name="record">The record.</param>
    internal void CarryIn(ErrorRecord record) => _record = record;
}
