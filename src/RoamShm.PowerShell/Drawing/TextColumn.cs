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

    /// <summary>The order in which columns are dropped: 0 is never dropped, and the highest number is dropped first.</summary>
    internal int Spare { get; }

    /// <summary>The minimum width, for content whose changing width would make successive pictures jump.</summary>
    internal int Least { get; }

    /// <summary>Whether the column takes the remaining width.</summary>
    internal bool IsBar { get; }
}
