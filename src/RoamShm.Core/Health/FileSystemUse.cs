using System;

namespace RoamShm;

/// <summary>The fill level of the file system that holds a segment.</summary>
public sealed class FileSystemUse
{
    /// <summary>Gets or sets the mount point of the file system, the topmost folder on it; on Windows, the root of the drive.</summary>
    public string? MountPoint { get; set; }

    /// <summary>Gets or sets the total number of bytes.</summary>
    public ulong SizeBytes { get; set; }

    /// <summary>Gets or sets the number of bytes available to any user.</summary>
    public ulong AvailableBytes { get; set; }

    /// <summary>Gets or sets the space used as a percentage of the space open to any user, calculated as <c>df</c> does.</summary>
    public double UsedPercent { get; set; }

    /// <summary>Gets or sets the total number of inodes; <see langword="null"/> if the file system has no fixed number of them.</summary>
    public ulong? Inodes { get; set; }

    /// <summary>Gets or sets the number of free inodes; <see langword="null"/> if the file system has no fixed number of them.</summary>
    public ulong? FreeInodes { get; set; }

    /// <summary>Gets or sets the percentage of inodes in use; <see langword="null"/> if the file system has no fixed number of them.</summary>
    public double? InodesUsedPercent { get; set; }

    internal static FileSystemUse? Of(string folder)
    {
        if (FileSystemStatus.Of(folder) is not FileSystemStatus status || status.Size == 0)
        {
            return null;
        }

        double used = status.Size - status.Free;
        bool hasInodes = status.Files > 0;
        return new FileSystemUse
        {
            MountPoint = FindMountPoint(folder),
            SizeBytes = status.Size,
            AvailableBytes = status.Available,
            UsedPercent = Percent(used, used + status.Available),
            Inodes = hasInodes ? status.Files : null,
            FreeInodes = hasInodes ? status.FreeFiles : null,
            InodesUsedPercent = hasInodes ? Percent(status.Files - (double)status.FreeFiles, status.Files) : null,
        };
    }

    private static string FindMountPoint(string folder)
    {
        if (SegmentFile.IsWindows)
        {
            return System.IO.Path.GetPathRoot(folder);
        }

        ulong? volume = VolumeOf(folder);
        string mountPoint = folder;
        for (string? above = System.IO.Path.GetDirectoryName(folder); above is not null && VolumeOf(above) == volume; above = System.IO.Path.GetDirectoryName(above))
        {
            mountPoint = above;
        }

        return mountPoint;
    }

    private static ulong? VolumeOf(string folder)
    {
        try
        {
            return SegmentFile.Peek(folder)?.Identity.Volume;
        }
        catch (SegmentException)
        {
            return null;
        }
    }

    private static double Percent(double part, double whole) => whole <= 0 ? 0 : Math.Round(100 * part / whole, 1);
}
