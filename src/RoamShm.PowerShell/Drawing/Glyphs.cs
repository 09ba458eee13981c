namespace RoamShm.Drawing;

/// <summary>The characters used in pictures.</summary>
internal sealed class Glyphs
{
    internal static readonly Glyphs Unicode = new("·", "…", " · ", "█", "▓", "▒", "░", ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]);

    internal static readonly Glyphs Ascii = new(".", "...", " | ", "#", "=", "!", "?", []);

    private Glyphs(string empty, string ellipsis, string separator, string full, string dark, string medium, string light, string[] parts)
    {
        Empty = empty;
        Ellipsis = ellipsis;
        Separator = separator;
        Full = full;
        Dark = dark;
        Medium = medium;
        Light = light;
        Parts = parts;
    }

    internal string Empty { get; }

    internal string Ellipsis { get; }

    internal string Separator { get; }

    internal string Full { get; }

    internal string Dark { get; }

    internal string Medium { get; }

    internal string Light { get; }

    /// <summary>Partially filled cells, in ascending order; empty if cells can only be full or empty.</summary>
    internal string[] Parts { get; }
}
