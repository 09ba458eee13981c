namespace RoamShm;

/// <summary>What the kernel said when it was asked for a lease.</summary>
internal enum LeaseAnswer
{
    /// <summary>Granted: nobody has the file open in a way that conflicts, in whatever namespace.</summary>
    Granted,

    /// <summary>Refused: somebody has the file open, or maps it, in a way that conflicts.</summary>
    Refused,

    /// <summary>Only the file's owner, and who has CAP_LEASE, may ask.</summary>
    NotPermitted,

    /// <summary>On this file system the answer proves nothing, as on overlayfs, which grants a lease on a file that is mapped.</summary>
    NotTrusted,

    /// <summary>This system has no leases, or they are switched off.</summary>
    NotSupported,
}
