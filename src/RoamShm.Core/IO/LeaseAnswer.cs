namespace RoamShm;

/// <summary>The kernel's answer to a lease request.</summary>
internal enum LeaseAnswer
{
    /// <summary>Granted: nobody, in any namespace, has the file open in a way that conflicts.</summary>
    Granted,

    /// <summary>Refused: somebody has the file open, or maps it, in a way that conflicts.</summary>
    Refused,

    /// <summary>Only the file's owner, or a process with CAP_LEASE, may ask.</summary>
    NotPermitted,

    /// <summary>The answer proves nothing on this file system. For example, overlayfs grants a lease on a mapped file.</summary>
    NotTrusted,

    /// <summary>This operating system has no leases, or they are disabled.</summary>
    NotSupported,
}
