using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Makes a segment, byte for byte as the reference does.</summary>
[Cmdlet(VerbsCommon.New, "RoamSegment", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentHeader))]
public sealed class NewRoamSegmentCommand : SegmentCommand
{
    private const int OwnerReadsAndWrites = 0x180;

    private SegmentUsers? _users;
    private readonly HashSet<string> _foldersSeen = new(StringComparer.Ordinal);

    /// <summary>The new file, its name taken as it is. Its folder must exist.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NotEmptyPath]
    [PathText]
    public string Path { get; set; } = string.Empty;

    /// <summary>Number of guests that can attach, 1 to 255. Default 8.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? MaxGuests { get; set; }

    /// <summary>Data bytes of one ring, one direction; best a multiple of 64. Default 64KB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? BipbufCapacity { get; set; }

    /// <summary>Largest payload in bytes. Default 1MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? MaxPayloadSize { get; set; }

    /// <summary>Largest payload in bytes that travels inline. Default 0, which stands for 256.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? InlineThreshold { get; set; }

    /// <summary>Time between two heartbeats of a guest; a bare number is nanoseconds. Default 0: heartbeats are off.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NanosecondDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public ulong? HeartbeatInterval { get; set; }

    /// <summary>The slot classes, in ascending slot size: SIZE:COUNT, or something with SlotSize and SlotCount. Default 1KB:1024, 16KB:256, 256KB:32.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SlotClassCompleter))]
    public object?[]? SlotClass { get; set; }

    /// <summary>Permission bits on Unix, as octal digits. Default 0600.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModeCompleter))]
    public string? Mode { get; set; }

    /// <summary>Leave the storage to be reserved as it is written.</summary>
    [Parameter]
    public SwitchParameter Sparse { get; set; }

    /// <summary>Replace a file that has the name; whoever maps it keeps it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Bound when a header is piped in, which is refused: its slot classes are not in it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public object? NumVarSlotClasses { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(Path, Create);

    private void Create(string name)
    {
        if (NumVarSlotClasses is not null)
        {
            throw new SegmentException(
                SegmentErrorId.InvalidConfiguration,
                $"The header of '{name}' is not a configuration: it lacks the segment's slot classes. Give the path, and the values by name.",
                name);
        }

        string path = Resolver.ResolveLiteral(name);
        SegmentCreator.RequireFreeName(path, Force);

        // An object stands for the file that it was read from: -Force replaces no other.
        if (PathOfObject.Of(name)?.FileId is string meant && !SegmentFile.IsWindows && SegmentFile.Peek(path) is FileStatus there && there.Identity.ToString() != meant)
        {
            throw SegmentErrors.DifferentFile(path);
        }

        try
        {
            CreateAt(path);
        }
        catch (SegmentException e) when (e.Path is null)
        {
            // The configuration is at fault, which has no path of its own.
            throw new SegmentException(e.ErrorId, $"'{path}': {e.Message}", path, e);
        }
    }

    private void CreateAt(string path)
    {
        var defaults = new SegmentConfiguration();
        var configuration = new SegmentConfiguration
        {
            MaxGuests = MaxGuests ?? defaults.MaxGuests,
            BipbufCapacity = BipbufCapacity ?? defaults.BipbufCapacity,
            MaxPayloadSize = MaxPayloadSize ?? defaults.MaxPayloadSize,
            InlineThreshold = InlineThreshold ?? defaults.InlineThreshold,
            HeartbeatInterval = HeartbeatInterval ?? defaults.HeartbeatInterval,
            SlotClasses = SlotClassReader.Read(SlotClass) ?? defaults.SlotClasses,
        };
        var options = new SegmentCreateOptions { Force = Force, Sparse = Sparse, Mode = OctalMode.Read(Mode) };
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        foreach (SegmentFinding hazard in SegmentValidator.FindHazards(configuration))
        {
            WriteWarning($"{path}: {hazard.Message}");
        }

        if (options.Mode is int mode && (mode & OwnerReadsAndWrites) != OwnerReadsAndWrites)
        {
            WriteWarning($"{path}: the mode {Mode} does not let its owner read and write it, so no guest of the owner can attach.");
        }

        if (!ShouldProcess(path, Describe(layout)))
        {
            return;
        }

        WarnOfLeftovers(path);
        SegmentUse? replaced = AskOfReplaced(path);
        SegmentHeader header = Segment.Create(path, configuration, options, StopToken);
        header.PSPath = PathResolver.ToPSPath(path);
        WriteObject(header);
        WarnOfOlder(path, replaced);
    }

    /// <summary>Who uses the file that is about to be replaced.</summary>
    private SegmentUse? AskOfReplaced(string path)
    {
        if (!Force || !SegmentUsers.CanListProcesses)
        {
            return null;
        }

        try
        {
            return (_users ??= new SegmentUsers(StopToken)).Ask(path);
        }
        catch (SegmentException)
        {
            // There is none, or it may not be read: replacing it is another right.
            return null;
        }
    }

    /// <summary>Says who still maps what has lost this name: their memory stays in use, and what they say to each other nobody else hears.</summary>
    private void WarnOfOlder(string path, SegmentUse? replaced)
    {
        if (!Force || !SegmentUsers.CanListProcesses)
        {
            return;
        }

        if (replaced is { IsUsed: true })
        {
            WriteWarning($"The file that '{path}' replaced is still in use: {replaced.Reason}. Processes that use it keep it.");
        }
        else if (_users is not null && _users.OlderProcessesOf(path) is { Count: > 0 } older)
        {
            WriteWarning($"An older file with the name '{path}' is still in use: {SegmentUse.Describe(older)}.");
        }
    }

    /// <summary>Warns, once for each folder, of what interrupted creations left there.</summary>
    private void WarnOfLeftovers(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path) ?? string.Empty;
        if (!_foldersSeen.Add(folder))
        {
            return;
        }

        foreach (string leftover in SegmentLeftovers.Find(folder))
        {
            WarnOfLeftover(leftover);
        }
    }

    private string Describe(SegmentLayout layout)
    {
        SegmentConfiguration configuration = layout.Configuration;
        string classes = string.Join(", ", configuration.SlotClasses.Select(slotClass => slotClass.ToString()));
        FormattableString text = $"{(Force ? "Create or replace" : "Create")} roam segment of {layout.TotalSize} bytes{(Sparse ? ", sparse" : string.Empty)}: {configuration.MaxGuests} guests, peer table at {layout.PeerTableOffset}, rings of {configuration.BipbufCapacity} bytes at {layout.RingBase}, slot pool at {layout.VarPoolOffset} with slot classes {classes}";
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
