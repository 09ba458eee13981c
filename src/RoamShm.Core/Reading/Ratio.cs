using System;

namespace RoamShm;

/// <summary>Percentages.</summary>
internal static class Ratio
{
    /// <summary>Returns a part as a percentage of the whole, to one decimal place; 0 if the whole is 0.</summary>
    internal static double Percent(long part, long whole) => whole == 0 ? 0 : Math.Round(100.0 * part / whole, 1);
}
