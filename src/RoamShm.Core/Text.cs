using System;
using System.Globalization;

namespace RoamShm;

/// <summary>Text that is the same under every culture: messages are searched for and parsed.</summary>
internal static class Text
{
    internal static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
