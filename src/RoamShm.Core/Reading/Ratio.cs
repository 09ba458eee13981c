using System;

namespace RoamShm;

/// <summary>Shares of a whole.</summary>
internal static class Ratio
{
    /// <summary>A part in percent of the whole, to one decimal; 0 of nothing.</summary>
    internal static double Percent(long part, long whole) => whole == 0 ? 0 : Math.Round(100.0 * part / whole, 1);
}
