namespace RoamShm.Drawing;

/// <summary>Whether pictures are still drawn over one another. What is kept of them and shown later stands below the prompt, as anything does.</summary>
internal sealed class Redrawing
{
    internal bool IsOn { get; set; } = true;
}
