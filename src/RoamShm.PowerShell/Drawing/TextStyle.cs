namespace RoamShm.Drawing;

/// <summary>What a piece of text means; the palette knows how that looks.</summary>
internal enum TextStyle
{
    None,
    Title,
    Label,
    Dim,
    Good,
    Info,
    Warning,
    Bad,
}
