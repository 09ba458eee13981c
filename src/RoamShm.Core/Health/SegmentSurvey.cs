using System.Collections.Generic;

namespace RoamShm;

/// <summary>What was read of one segment at one moment, or why it could not be read. Health and metrics are made of it.</summary>
public sealed class SegmentSurvey
{
    /// <summary>Makes a survey.</summary>
    /// <param name="path">The file.</param>
    public SegmentSurvey(string path) => Path = path;

    /// <summary>The file, or a folder that could not be read.</summary>
    public string Path { get; }

    /// <summary>What it is; <see langword="null"/> where it could not be read.</summary>
    public SegmentListing? Listing { get; set; }

    /// <summary>Its peers, Empty places too; <see langword="null"/> where they could not be read.</summary>
    public IReadOnlyList<SegmentPeer>? Peers { get; set; }

    /// <summary>Its slot classes; <see langword="null"/> where they could not be read.</summary>
    public IReadOnlyList<SegmentSlotClass>? SlotClasses { get; set; }

    /// <summary>How full its file system is; <see langword="null"/> where that is not known.</summary>
    public FileSystemUse? FileSystem { get; set; }

    /// <summary>Whether it was read, but no guest can attach to it.</summary>
    public bool IsInvalid { get; set; }

    /// <summary>Why it is invalid or could not be read, wholly or in part; <see langword="null"/> where nothing was in the way.</summary>
    public string? Fault { get; set; }

    /// <summary>The id of the error or finding behind <see cref="Fault"/>; <see langword="null"/> where there is none.</summary>
    public string? FaultId { get; set; }
}
