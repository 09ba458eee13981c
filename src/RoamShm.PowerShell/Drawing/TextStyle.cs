namespace RoamShm.Drawing;

/// <summary>The meaning of a piece of text. The palette maps it to a colour.</summary>
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
