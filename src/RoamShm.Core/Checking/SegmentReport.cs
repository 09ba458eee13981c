using System;

namespace RoamShm;

/// <summary>Everything that a validation of one file found.</summary>
public sealed class SegmentReport
{
    private string? _fileId;

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Whether a guest of either reference implementation can attach: nothing of severity Error was found.</summary>
    public bool IsValid { get; set; }

    /// <summary>Number of findings of severity Error.</summary>
    public int ErrorCount { get; set; }

    /// <summary>Number of findings of severity Warning.</summary>
    public int WarningCount { get; set; }

    /// <summary>The header, also of an invalid segment; <see langword="null"/> where there are no 128 bytes.</summary>
    public SegmentHeader? Header { get; set; }

    /// <summary>The findings, errors and warnings as they were met from the start of the file on.</summary>
    public SegmentFinding[] Findings { get; set; } = Array.Empty<SegmentFinding>();

    /// <summary>The file as PowerShell names it in full; only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Which file this was read from, as one text: its device, inode and time of birth, or the boot where the file system keeps none. A cmdlet that changes
    /// something and is given this object refuses where another file has the path by then. <see langword="null"/> where it is not known.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>What <see cref="FileId"/> is made of when it is asked for.</summary>
    internal FileIdentity? Identity { get; set; }
}
