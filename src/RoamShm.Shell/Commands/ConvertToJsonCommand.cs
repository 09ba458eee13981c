using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RoamShm.Shell.Commands;

/// <summary>Objects as JSON, as PowerShell writes them.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<PSObject?> _items = [];

    /// <summary>The objects; several become an array.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>How deep to go, 1 to 100; what is deeper becomes text.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Depth { get; set; } = 2;

    /// <summary>Without white space.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>An array also of one object.</summary>
    [Parameter]
    public SwitchParameter AsArray { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _items.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_items.Count == 0)
        {
            return;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = !Compress, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (_items.Count == 1 && !AsArray)
            {
                Write(json, _items[0], 0);
            }
            else
            {
                Write(json, _items, -1);
            }
        }

        WriteObject(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private void Write(Utf8JsonWriter json, object? item, int depth)
    {
        PSObject? wrapped = item as PSObject;
        object? value = wrapped?.BaseObject ?? item;
        switch (value)
        {
            case null:
                json.WriteNullValue();
                return;
            case string or char or Uri or Guid or Version:
                json.WriteStringValue(value.ToString());
                return;
            case bool flag:
                json.WriteBooleanValue(flag);
                return;
            case DateTime time:
                json.WriteStringValue(time);
                return;
            case DateTimeOffset time:
                json.WriteStringValue(time);
                return;
            case Enum:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                return;
            case ulong number:
                json.WriteNumberValue(number);
                return;
            case float or double:
                double real = Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
                if (double.IsFinite(real))
                {
                    json.WriteNumberValue(real);
                }
                else
                {
                    json.WriteStringValue(real.ToString(System.Globalization.CultureInfo.InvariantCulture));
                }

                return;
            case decimal number:
                json.WriteNumberValue(number);
                return;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                return;
            default:
                break;
        }

        if (depth > Depth)
        {
            json.WriteStringValue(value.ToString());
            return;
        }

        switch (value)
        {
            case IDictionary dictionary:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in dictionary)
                {
                    json.WritePropertyName(entry.Key.ToString() ?? string.Empty);
                    Write(json, entry.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable several:
                json.WriteStartArray();
                foreach (object? one in several)
                {
                    Write(json, one, depth + 1);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                foreach (PSPropertyInfo property in (wrapped ?? PSObject.AsPSObject(value)).Properties)
                {
                    object? content;
                    try
                    {
                        content = property.Value;
                    }
                    catch (GetValueException)
                    {
                        continue;
                    }

                    json.WritePropertyName(property.Name);
                    Write(json, content, depth + 1);
                }

                json.WriteEndObject();
                break;
        }
    }
}
