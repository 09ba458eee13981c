namespace RoamShm.Drawing;

/// <summary>A column of a <see cref="TextTable"/>.</summary>
internal sealed class TextColumn
{
    internal TextColumn(string label, bool isRight = false, int spare = 0, int least = 0, bool isBar = false)
    {
        Label = label;
        IsRight = isRight;
        Spare = spare;
        Least = least;
        IsBar = isBar;
    }

    internal string Label { get; }

    internal bool IsRight { get; }

    /// <summary>Whether it can be left out: 0 for never, and of the others the highest goes first.</summary>
    internal int Spare { get; }

    /// <summary>The least width, for what would jump to and fro in pictures that follow one another.</summary>
    internal int Least { get; }

    /// <summary>Whether it is drawn to the width that is left.</summary>
    internal bool IsBar { get; }
}
