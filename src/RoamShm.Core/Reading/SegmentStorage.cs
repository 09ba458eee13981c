namespace RoamShm;

/// <summary>The storage that files occupy on their file system.</summary>
public static class SegmentStorage
{
    /// <summary>Returns the number of bytes of storage that a file occupies, without opening it: less than its length if it is sparse.</summary>
    /// <param name="path">The file; symbolic links are not followed.</param>
    /// <returns>The number of bytes; <see langword="null"/> if the file does not exist, or if the system does not report it, as on Windows.</returns>
    public static long? AllocatedBytes(string path)
    {
        try
        {
            return SegmentFile.Peek(path)?.Allocated;
        }
        catch (SegmentException)
        {
            return null;
        }
    }
}
