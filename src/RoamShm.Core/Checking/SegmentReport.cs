using System;

namespace RoamShm;

/// <summary>The result of validating one file.</summary>
public sealed class SegmentReport
{
    private string? _fileId;

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets a value indicating whether a guest of either reference implementation can attach: no finding has severity Error.</summary>
    public bool IsValid { get; set; }

    /// <summary>Gets or sets the number of findings of severity Error.</summary>
    public int ErrorCount { get; set; }

    /// <summary>Gets or sets the number of findings of severity Warning.</summary>
    public int WarningCount { get; set; }

    /// <summary>Gets or sets the header, even if the segment is invalid; <see langword="null"/> if the file is shorter than 128 bytes.</summary>
    public SegmentHeader? Header { get; set; }

    /// <summary>Gets or sets the findings, errors and warnings together, roughly in file order.</summary>
    public SegmentFinding[] Findings { get; set; } = Array.Empty<SegmentFinding>();

    /// <summary>Gets or sets the full PowerShell path of the file. Only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Gets or sets a string that identifies the file that was read: device, inode and birth time, or the boot if the file system stores no birth time. Given
    /// this object, a cmdlet that changes something refuses to act if the path now names another file. <see langword="null"/> if unknown.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>The source of <see cref="FileId"/>, which is computed on demand.</summary>
    internal FileIdentity? Identity { get; set; }
}
