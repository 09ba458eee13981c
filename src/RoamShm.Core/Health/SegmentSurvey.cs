using System.Collections.Generic;

namespace RoamShm;

/// <summary>What was read of one segment at one moment, or why it could not be read: the input for health and metrics.</summary>
public sealed class SegmentSurvey
{
    /// <summary>Creates a survey.</summary>
    /// <param name="path">The file.</param>
    public SegmentSurvey(string path) => Path = path;

    /// <summary>Gets the path of the file, or of a folder that could not be read.</summary>
    public string Path { get; }

    /// <summary>Gets or sets the listing of the segment; <see langword="null"/> if it could not be read.</summary>
    public SegmentListing? Listing { get; set; }

    /// <summary>Gets or sets the peers, including empty entries; <see langword="null"/> if they could not be read.</summary>
    public IReadOnlyList<SegmentPeer>? Peers { get; set; }

    /// <summary>Gets or sets the slot classes; <see langword="null"/> if they could not be read.</summary>
    public IReadOnlyList<SegmentSlotClass>? SlotClasses { get; set; }

    /// <summary>Gets or sets the fill level of the file system; <see langword="null"/> if unknown.</summary>
    public FileSystemUse? FileSystem { get; set; }

    /// <summary>Gets or sets a value indicating whether the file was read but no guest can attach to it.</summary>
    public bool IsInvalid { get; set; }

    /// <summary>Gets or sets why the segment is invalid or could not be read in whole or in part; <see langword="null"/> if there was no problem.</summary>
    public string? Fault { get; set; }

    /// <summary>Gets or sets the id of the error or finding behind <see cref="Fault"/>; <see langword="null"/> if there is none.</summary>
    public string? FaultId { get; set; }
}
