namespace RoamShm;

/// <summary>
/// A message queued in a ring, read without consuming it (<c>r[shm.framing]</c>). A flat object of plain values that can be serialised, sent and bound again.
/// </summary>
public sealed class SegmentMessage
{
    /// <summary>The value of <see cref="State"/> for a message that was in the ring, complete, when it was read.</summary>
    public const string Queued = nameof(Queued);

    /// <summary>The value of <see cref="State"/> for messages that were consumed while they were being read.</summary>
    public const string Overtaken = nameof(Overtaken);

    /// <summary>
    /// The value of <see cref="State"/> for something that is not a message; <see cref="Fault"/> says why. Nothing after it in the ring can be told apart.
    /// </summary>
    public const string Damaged = nameof(Damaged);

    /// <summary>The value of <see cref="Kind"/> for a payload in the ring itself.</summary>
    public const string Inline = nameof(Inline);

    /// <summary>The value of <see cref="Kind"/> for a payload in a slot.</summary>
    public const string Slot = nameof(Slot);

    /// <summary>The value of <see cref="Kind"/> for a payload in another mapped file, known only to its sender and receiver.</summary>
    public const string Mmap = nameof(Mmap);

    /// <summary>The value of <see cref="SlotState"/> for a slot that still holds the payload: allocated, and in the generation of the entry.</summary>
    public const string SlotCurrent = "Current";

    /// <summary>The value of <see cref="SlotState"/> for a slot that is free, although the entry that refers to it is still queued.</summary>
    public const string SlotFreed = "Freed";

    /// <summary>The value of <see cref="SlotState"/> for a slot in a different generation, which by now holds something else.</summary>
    public const string SlotReused = "Reused";

    /// <summary>The value of <see cref="SlotState"/> for a reference to a slot that does not exist.</summary>
    public const string SlotInvalid = "Invalid";

    /// <summary>Gets or sets the id of the peer to which the ring belongs, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Gets or sets the direction of the ring: <c>GuestToHost</c> or <c>HostToGuest</c>.</summary>
    public string? Direction { get; set; }

    /// <summary>Gets or sets the position in the queue, starting at 0 for the message that will be consumed next.</summary>
    public int Index { get; set; }

    /// <summary>Gets or sets the state: <see cref="Queued"/>, <see cref="Overtaken"/> or <see cref="Damaged"/>.</summary>
    public string? State { get; set; }

    /// <summary>Gets or sets the offset of the message in the ring's data in bytes.</summary>
    public uint Position { get; set; }

    /// <summary>Gets or sets the number of bytes that the message takes in the ring: header, payload or reference, and padding.</summary>
    public uint EntryLength { get; set; }

    /// <summary>
    /// Gets or sets the kind: <see cref="Inline"/>, <see cref="Slot"/> or <see cref="Mmap"/>; <see langword="null"/> if it could not be read.
    /// </summary>
    public string? Kind { get; set; }

    /// <summary>
    /// Gets or sets the length of the payload in bytes; <see langword="null"/> if it could not be read. If an older writer queued the message, the length
    /// includes up to 3 bytes of padding.
    /// </summary>
    public long? PayloadLength { get; set; }

    /// <summary>Gets or sets the payload, or as much of its start as was requested; <see langword="null"/> if none is available.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>Gets or sets the index of the slot's class; <see langword="null"/> unless the entry is a slot reference.</summary>
    public int? SlotClass { get; set; }

    /// <summary>Gets or sets the index of the slot in its class; <see langword="null"/> unless the entry is a slot reference.</summary>
    public uint? SlotIndex { get; set; }

    /// <summary>Gets or sets the generation of the slot or mapping that the entry refers to; <see langword="null"/> for an inline payload.</summary>
    public uint? Generation { get; set; }

    /// <summary>
    /// Gets or sets whether the slot is still the one that the entry refers to: <see cref="SlotCurrent"/>, <see cref="SlotFreed"/>, <see cref="SlotReused"/>
    /// or <see cref="SlotInvalid"/>; <see langword="null"/> unless the entry is a slot reference.
    /// </summary>
    public string? SlotState { get; set; }

    /// <summary>Gets or sets the id of the mapping; <see langword="null"/> unless the entry is a mapping reference.</summary>
    public uint? MapId { get; set; }

    /// <summary>Gets or sets the offset of the payload in the mapping; <see langword="null"/> unless the entry is a mapping reference.</summary>
    public ulong? MapOffset { get; set; }

    /// <summary>Gets or sets what is wrong with the message; <see langword="null"/> if nothing is.</summary>
    public string? Fault { get; set; }

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file.</summary>
    public string? PSPath { get; set; }
}
