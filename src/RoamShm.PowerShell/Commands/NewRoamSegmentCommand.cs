using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Creates a segment, byte for byte as the reference does.</summary>
[Cmdlet(VerbsCommon.New, "RoamSegment", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentHeader))]
public sealed class NewRoamSegmentCommand : SegmentCommand
{
    private const int OwnerReadsAndWrites = 0x180;

    private SegmentUsers? _users;
    private readonly HashSet<string> _foldersSeen = new(StringComparer.Ordinal);

    /// <summary>The path of the new file, taken literally. Its folder must exist.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NotEmptyPath]
    [PathText]
    public string Path { get; set; } = string.Empty;

    /// <summary>The maximum number of guests, 1 to 255. Default 8.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? MaxGuests { get; set; }

    /// <summary>The data bytes of one ring (one direction), ideally a multiple of 64. Default 64KB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? BipbufCapacity { get; set; }

    /// <summary>The largest payload in bytes. Default 1MB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? MaxPayloadSize { get; set; }

    /// <summary>The largest payload in bytes that travels inline. Default 0, which means 256.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long? InlineThreshold { get; set; }

    /// <summary>The heartbeat interval of a guest; a bare number is nanoseconds. Default 0: heartbeats are off.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NanosecondDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public ulong? HeartbeatInterval { get; set; }

    /// <summary>The slot classes in ascending slot size, as SIZE:COUNT or objects with SlotSize and SlotCount. Default 1KB:1024, 16KB:256, 256KB:32.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SlotClassCompleter))]
    public object?[]? SlotClass { get; set; }

    /// <summary>The permission bits on Unix, in octal. Default 0600.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModeCompleter))]
    public string? Mode { get; set; }

    /// <summary>Leave storage to be allocated on first write.</summary>
    [Parameter]
    public SwitchParameter Sparse { get; set; }

    /// <summary>Replace an existing file. Processes that map the old file keep it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Bound if a header is piped in, which is refused: a header does not contain the slot classes.</summary>
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

        // An object means the file that it was read from: -Force must not replace another one.
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
            // The error is about the configuration, which has no path.
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

    /// <summary>Finds out who uses the file that is about to be replaced.</summary>
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
            // It does not exist or may not be read; replacing it needs other permissions.
            return null;
        }
    }

    /// <summary>
    /// Warns about processes that still map a file that lost this name: its memory stays in use, and new processes cannot communicate with them.
    /// </summary>
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

    /// <summary>Warns, once for each folder, about leftovers of interrupted creations.</summary>
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
