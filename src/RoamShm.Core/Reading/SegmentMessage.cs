namespace RoamShm;

/// <summary>
/// A message that waits in a ring, read without consuming it (<c>r[shm.framing]</c>). A flat object of plain values that can be serialised, sent and bound
/// again.
/// </summary>
public sealed class SegmentMessage
{
    /// <summary>The value of <see cref="State"/> for a message that was in the ring, whole, when it was read.</summary>
    public const string Queued = nameof(Queued);

    /// <summary>The value of <see cref="State"/> for messages that were consumed while they were being read.</summary>
    public const string Overtaken = nameof(Overtaken);

    /// <summary>The value of <see cref="State"/> for what is not a message: <see cref="Fault"/> says why. Nothing behind it in the ring can be told apart.</summary>
    public const string Damaged = nameof(Damaged);

    /// <summary>The value of <see cref="Kind"/> for a payload in the ring itself.</summary>
    public const string Inline = nameof(Inline);

    /// <summary>The value of <see cref="Kind"/> for a payload in a slot.</summary>
    public const string Slot = nameof(Slot);

    /// <summary>The value of <see cref="Kind"/> for a payload in another mapped file, which only its sender and receiver know.</summary>
    public const string Mmap = nameof(Mmap);

    /// <summary>The value of <see cref="SlotState"/> for a slot that still holds the payload: allocated, in the generation of the entry.</summary>
    public const string SlotCurrent = "Current";

    /// <summary>The value of <see cref="SlotState"/> for a slot that is free, although the entry that refers to it still waits.</summary>
    public const string SlotFreed = "Freed";

    /// <summary>The value of <see cref="SlotState"/> for a slot that is in another generation: it holds something else by now.</summary>
    public const string SlotReused = "Reused";

    /// <summary>The value of <see cref="SlotState"/> for a reference to a slot that does not exist.</summary>
    public const string SlotInvalid = "Invalid";

    /// <summary>The peer whose ring it is, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary><c>GuestToHost</c> or <c>HostToGuest</c>.</summary>
    public string? Direction { get; set; }

    /// <summary>Its place in the queue, from 0 on: the message that will be consumed next has 0.</summary>
    public int Index { get; set; }

    /// <summary><see cref="Queued"/>, <see cref="Overtaken"/> or <see cref="Damaged"/>.</summary>
    public string? State { get; set; }

    /// <summary>Where it begins in the ring's data, in bytes.</summary>
    public uint Position { get; set; }

    /// <summary>Bytes that it takes in the ring: header, payload or reference, and padding.</summary>
    public uint EntryLength { get; set; }

    /// <summary><see cref="Inline"/>, <see cref="Slot"/> or <see cref="Mmap"/>; <see langword="null"/> where that was not to be read.</summary>
    public string? Kind { get; set; }

    /// <summary>Length of the payload in bytes; <see langword="null"/> where it was not to be read. An older writer's includes up to 3 bytes of padding.</summary>
    public long? PayloadLength { get; set; }

    /// <summary>The payload, or as much of its start as was asked for; <see langword="null"/> where there is none to be had.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>Index of the slot's class; <see langword="null"/> unless it is a slot reference.</summary>
    public int? SlotClass { get; set; }

    /// <summary>Index of the slot in its class; <see langword="null"/> unless it is a slot reference.</summary>
    public uint? SlotIndex { get; set; }

    /// <summary>The generation of the slot or the mapping that the entry means; <see langword="null"/> for an inline payload.</summary>
    public uint? Generation { get; set; }

    /// <summary>
    /// Whether the slot still is what the entry means: <see cref="SlotCurrent"/>, <see cref="SlotFreed"/>, <see cref="SlotReused"/> or
    /// <see cref="SlotInvalid"/>; <see langword="null"/> unless it is a slot reference.
    /// </summary>
    public string? SlotState { get; set; }

    /// <summary>Id of the mapping; <see langword="null"/> unless it is a mapping reference.</summary>
    public uint? MapId { get; set; }

    /// <summary>Where the payload begins in the mapping; <see langword="null"/> unless it is a mapping reference.</summary>
    public ulong? MapOffset { get; set; }

    /// <summary>What is wrong with it; <see langword="null"/> if nothing is.</summary>
    public string? Fault { get; set; }

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full.</summary>
    public string? PSPath { get; set; }
}
