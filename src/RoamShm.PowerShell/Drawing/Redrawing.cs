namespace RoamShm.Drawing;

/// <summary>Whether pictures still overwrite one another. A picture that is kept and shown later appears below the prompt like any other output.</summary>
internal sealed class Redrawing
{
    internal bool IsOn { get; set; } = true;
}
