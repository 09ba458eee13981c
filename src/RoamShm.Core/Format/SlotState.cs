namespace RoamShm;

/// <summary>States of a slot (<c>r[shm.varslot.slot-meta]</c>). Any other number is damage.</summary>
internal enum SlotState
{
    /// <summary>On the free list, or just being taken off it or put onto it.</summary>
    Free = 0,

    /// <summary>Carries a payload, or is about to.</summary>
    Allocated = 1,
}
