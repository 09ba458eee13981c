namespace RoamShm;

/// <summary>What a watched file was at the last look.</summary>
internal enum WatchState
{
    Unseen,
    Present,
    Invalid,
    Removed,
}
