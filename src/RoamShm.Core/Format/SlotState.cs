namespace RoamShm;

/// <summary>The states of a slot (<c>r[shm.varslot.slot-meta]</c>). Any other value is damage.</summary>
internal enum SlotState
{
    /// <summary>On the free list, or in transit to or from it.</summary>
    Free = 0,

    /// <summary>Holds a payload, or is about to.</summary>
    Allocated = 1,
}
