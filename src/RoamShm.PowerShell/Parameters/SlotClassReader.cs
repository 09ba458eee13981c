using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Parses slot classes from <c>'1KB:1024'</c>, one string with several, hashtables, and objects with SlotSize and SlotCount.</summary>
internal static class SlotClassReader
{
    private static readonly char[] Separators = [',', ';'];

    /// <summary>Parses slot classes.</summary>
    /// <param name="input">The argument. Null or only empty text means the default; an empty list means no classes.</param>
    /// <returns>The classes; <see langword="null"/> for the default.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>.</exception>
    internal static IReadOnlyList<SlotClass>? Read(object?[]? input)
    {
        var classes = new List<SlotClass>();
        foreach (object? item in input ?? [])
        {
            Add(classes, item);
        }

        return classes.Count > 0 ? classes
            : input is null || (input.Length > 0 && Array.TrueForAll(input, IsBlank)) ? null
            : throw new SegmentException(SegmentErrorId.InvalidConfiguration, "The list of slot classes is empty. Leave it out, or give empty text, for the default.", path: null);
    }

    /// <summary>An empty table cell means the default; an empty list is a mistake.</summary>
    private static bool IsBlank(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) is null or string;

    private static void Add(List<SlotClass> classes, object? item)
    {
        object? value = item is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : item;
        switch (value)
        {
            case null:
                break;
            case string text:
                foreach (string part in text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
                {
                    if (!string.IsNullOrWhiteSpace(part))
                    {
                        classes.Add(Parse(part.Trim()));
                    }
                }

                break;
            case SlotClass slotClass:
                classes.Add(slotClass);
                break;
            case IDictionary dictionary:
                classes.Add(FromDictionary(dictionary));
                break;
            case IEnumerable several:
                foreach (object? one in several)
                {
                    Add(classes, one);
                }

                break;
            default:
                PSObject properties = PSObject.AsPSObject(value);
                classes.Add(Make(value, properties.Properties[nameof(SlotClass.SlotSize)]?.Value, properties.Properties[nameof(SlotClass.SlotCount)]?.Value));
                break;
        }
    }

    private static SlotClass Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2 ? Make(text, parts[0], parts[1]) : throw Refuse(text);
    }

    private static SlotClass FromDictionary(IDictionary dictionary)
    {
        object? size = null;
        object? count = null;
        foreach (DictionaryEntry entry in dictionary)
        {
            string key = entry.Key.ToString() ?? string.Empty;
            if (string.Equals(key, nameof(SlotClass.SlotSize), StringComparison.OrdinalIgnoreCase))
            {
                size = entry.Value;
            }
            else if (string.Equals(key, nameof(SlotClass.SlotCount), StringComparison.OrdinalIgnoreCase))
            {
                count = entry.Value;
            }
            else
            {
                throw new SegmentException(SegmentErrorId.InvalidConfiguration, $"A slot class has SlotSize and SlotCount, but no '{key}'.", path: null);
            }
        }

        return Make(dictionary, size, count);
    }

    private static SlotClass Make(object source, object? size, object? count) =>
        ReadNumber(size, out long slotSize) && ReadNumber(count, out long slotCount) ? new SlotClass(slotSize, slotCount) : throw Refuse(source);

    private static bool ReadNumber(object? value, out long number)
    {
        number = 0;
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return bare is not null && ByteSizeAttribute.TryRead(bare, out number);
    }

    private static SegmentException Refuse(object source) =>
        new(SegmentErrorId.InvalidConfiguration, $"'{(source is IDictionary ? "The hashtable" : source)}' is not a valid slot class. Give SIZE:COUNT, such as 1KB:1024, or something with SlotSize and SlotCount.", path: null);
}
