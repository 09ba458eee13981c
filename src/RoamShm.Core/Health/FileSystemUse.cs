using System;

namespace RoamShm;

/// <summary>How full the file system of a segment is.</summary>
public sealed class FileSystemUse
{
    /// <summary>The topmost folder that lies on it: where it is mounted. On Windows the root of the drive.</summary>
    public string? MountPoint { get; set; }

    /// <summary>Bytes in all.</summary>
    public ulong SizeBytes { get; set; }

    /// <summary>Bytes that any user can take.</summary>
    public ulong AvailableBytes { get; set; }

    /// <summary>What is used of the bytes that any user could have, in percent, as <c>df</c> counts it.</summary>
    public double UsedPercent { get; set; }

    /// <summary>Inodes in all; <see langword="null"/> where the file system has no fixed number of them.</summary>
    public ulong? Inodes { get; set; }

    /// <summary>Inodes that are free; <see langword="null"/> where the file system has no fixed number of them.</summary>
    public ulong? FreeInodes { get; set; }

    /// <summary>Inodes in use, in percent; <see langword="null"/> where the file system has no fixed number of them.</summary>
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
