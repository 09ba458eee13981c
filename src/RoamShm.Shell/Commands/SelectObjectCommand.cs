using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace RoamShm.Shell.Commands;

/// <summary>Selects objects and properties: -First, -Last, -Skip, -Property, -ExpandProperty.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private int _skipped;
    private int _written;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Names of properties, wildcards allowed.</summary>
    [Parameter(Position = 0)]
    public string[]? Property { get; set; }

    /// <summary>Name of the property whose value to return.</summary>
    [Parameter]
    public string? ExpandProperty { get; set; }

    /// <summary>Only so many from the start; the pipeline before is then stopped.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Only so many from the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Without so many from the start.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || (_skipped < Skip && ++_skipped > 0))
        {
            return;
        }

        if (First is null && Last is null)
        {
            Write(InputObject);
            return;
        }

        if (_written < First)
        {
            _written++;
            Write(InputObject);
        }
        else if (Last > 0)
        {
            _last.Enqueue(InputObject);
            if (_last.Count > Last)
            {
                _ = _last.Dequeue();
            }
        }

        if (_written >= First && Last is null)
        {
            StopUpstream();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (PSObject item in _last)
        {
            Write(item);
        }
    }

    private void Write(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            PSPropertyInfo? property = item.Properties[ExpandProperty];
            if (property is null)
            {
                WriteError(new ErrorRecord(new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found."), "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
                return;
            }

            WriteObject(property.Value, enumerateCollection: true);
        }
        else if (Property is null)
        {
            WriteObject(item);
        }
        else
        {
            var selected = new PSObject();
            foreach (string name in Property)
            {
                if (!WildcardPattern.ContainsWildcardCharacters(name))
                {
                    selected.Properties.Add(new PSNoteProperty(name, item.Properties[name]?.Value));
                    continue;
                }

                WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                foreach (PSPropertyInfo property in item.Properties.Where(property => pattern.IsMatch(property.Name)))
                {
                    if (selected.Properties[property.Name] is null)
                    {
                        selected.Properties.Add(new PSNoteProperty(property.Name, property.Value));
                    }
                }
            }

            WriteObject(selected);
        }
    }

    /// <summary>What the real Select-Object throws to stop the commands before it; the engine keeps the type to itself.</summary>
    private void StopUpstream()
    {
        Type? type = typeof(PSObject).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException");
        ConstructorInfo? constructor = type?.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).FirstOrDefault();
        if (constructor?.Invoke([this]) is Exception stop)
        {
            throw stop;
        }
    }
}
