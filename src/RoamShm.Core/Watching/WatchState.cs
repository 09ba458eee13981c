namespace RoamShm;

/// <summary>The state of a watched file as of the last poll.</summary>
internal enum WatchState
{
    Unseen,
    Present,
    Invalid,
    Removed,
}
