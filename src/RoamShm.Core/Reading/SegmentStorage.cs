namespace RoamShm;

/// <summary>What files take of their file system.</summary>
public static class SegmentStorage
{
    /// <summary>Bytes of storage that a file takes, without opening it: less than its length where it is sparse.</summary>
    /// <param name="path">The file; symbolic links are not followed.</param>
    /// <returns>The bytes; <see langword="null"/> where nothing has the name, or the system does not say, as Windows.</returns>
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
