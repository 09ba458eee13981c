using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace RoamShm.Tests;

public sealed class ReaderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_field_is_read_at_its_offset_and_width()
    {
        string path = _folder["fields"];
        byte[] bytes = new byte[4096];
        "ROAMHUB\u0007"u8.CopyTo(bytes);
        for (int i = 8; i < 128; i++)
        {
            bytes[i] = (byte)i;
        }

        File.WriteAllBytes(path, bytes);
        SegmentHeader header = SegmentHeader.ReadUnchecked(path);
        Assert.Equal("ROAMHUB\\x07", header.Magic);
        Assert.Equal(0x0B0A0908U, header.Version);
        Assert.Equal(0x0F0E0D0CU, header.HeaderSize);
        Assert.Equal(0x1716151413121110UL, header.TotalSize);
        Assert.Equal(0x1B1A1918U, header.MaxPayloadSize);
        Assert.Equal(0x1F1E1D1CU, header.InlineThreshold);
        Assert.Equal(0x1F1E1D1CU, header.EffectiveInlineThreshold);
        Assert.Equal(0x23222120U, header.MaxGuests);
        Assert.Equal(0x27262524U, header.BipbufCapacity);
        Assert.Equal(0x2F2E2D2C2B2A2928UL, header.PeerTableOffset);
        Assert.Equal(0x3736353433323130UL, header.VarPoolOffset);
        Assert.Equal(0x3F3E3D3C3B3A3938UL, header.HeartbeatInterval);
        Assert.Equal(0x43424140U, header.HostGoodbyeValue);
        Assert.True(header.HostGoodbye);
        Assert.Equal(0x47464544U, header.NumVarSlotClasses);
        Assert.Equal(0x4F4E4D4C4B4A4948UL, header.CurrentSize);
        Assert.Equal(4096, header.FileLength);
        Assert.Equal(path, header.Path);
        Assert.Equal(DateTimeKind.Utc, header.ReadTime.Kind);
    }

    [Fact]
    public void An_inline_threshold_of_0_means_256()
    {
        SegmentHeader header = SegmentHeader.Read(Make.Segment(_folder));
        Assert.Equal(0U, header.InlineThreshold);
        Assert.Equal(256U, header.EffectiveInlineThreshold);
    }

    public static TheoryData<string, Action<string>> Broken => new()
    {
        { SegmentErrorId.BadMagic, path => Patch.Bytes(path, 0, [0x72]) },
        { SegmentErrorId.PredecessorFormat, path => Patch.Bytes(path, 0, "RAPAHUB\u0001"u8.ToArray()) },
        { SegmentErrorId.SuccessorFormat, path => Patch.Bytes(path, 0, "TELXHUB\u0007"u8.ToArray()) },
        { SegmentErrorId.UnsupportedVersion, path => Patch.UInt32(path, HeaderLayout.Version, 8) },
        { SegmentErrorId.UnexpectedHeaderSize, path => Patch.UInt32(path, HeaderLayout.HeaderSize, 64) },
        { SegmentErrorId.NoSlotClasses, path => Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, 0) },
        { SegmentErrorId.SlotClassTableOutOfBounds, path => Patch.UInt64(path, HeaderLayout.VarPoolOffset, Make.Length) },
        { SegmentErrorId.SlotClassTableOutOfBounds, path => Patch.UInt64(path, HeaderLayout.VarPoolOffset, ulong.MaxValue) },
        { SegmentErrorId.SlotClassTableOutOfBounds, path => Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, uint.MaxValue) },
        { SegmentErrorId.InvalidSlotClass, path => Patch.UInt32(path, (long)Make.PoolOffset + SizeClassLayout.SlotSize, 0) },
        { SegmentErrorId.InvalidSlotClass, path => Patch.UInt32(path, (long)Make.PoolOffset + SizeClassLayout.Size + SizeClassLayout.SlotCount, 0) },
        { SegmentErrorId.SegmentTruncated, path => Patch.Length(path, Make.Length - 1) },
        { SegmentErrorId.SegmentTruncated, path => Patch.UInt64(path, HeaderLayout.CurrentSize, Make.Length + 1) },
        { SegmentErrorId.SegmentTooShort, path => Patch.Length(path, 127) },
        { SegmentErrorId.SegmentTooShort, path => Patch.Length(path, 1) },
        { SegmentErrorId.SegmentNotReady, path => Patch.Length(path, 0) },
        { SegmentErrorId.SegmentNotReady, path => Patch.Bytes(path, 0, new byte[128]) },
        { SegmentErrorId.SegmentNotReady, path => Patch.Bytes(path, 8, new byte[120]) },
        { SegmentErrorId.SegmentNotFound, File.Delete },
        { SegmentErrorId.NotARegularFile, path => { File.Delete(path); _ = Directory.CreateDirectory(path); } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_failed_check_is_named_in_the_error(string id, Action<string> spoil)
    {
        string path = Make.Segment(_folder);
        _ = SegmentHeader.Read(path);
        spoil(path);
        foreach (Action read in new Action[] { () => SegmentHeader.Read(path), () => OneShot.RaiseGoodbye(path, 1) })
        {
            SegmentException error = Assert.Throws<SegmentException>(read);
            Assert.Equal(id, error.ErrorId);
            Assert.Equal(path, error.Path);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_first_failed_check_in_reference_order_wins()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, (long)Make.PoolOffset, 0);
        Assert.Equal(SegmentErrorId.InvalidSlotClass, Id());
        Patch.UInt64(path, HeaderLayout.VarPoolOffset, Make.Length);
        Assert.Equal(SegmentErrorId.SlotClassTableOutOfBounds, Id());
        Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, 0);
        Assert.Equal(SegmentErrorId.NoSlotClasses, Id());
        Patch.UInt32(path, HeaderLayout.HeaderSize, 0);
        Assert.Equal(SegmentErrorId.UnexpectedHeaderSize, Id());
        Patch.UInt32(path, HeaderLayout.Version, 6);
        Assert.Equal(SegmentErrorId.UnsupportedVersion, Id());
        Patch.UInt64(path, 0, 1);
        Assert.Equal(SegmentErrorId.BadMagic, Id());

        string Id() => Assert.Throws<SegmentException>(() => SegmentHeader.Read(path)).ErrorId;
    }

    [Fact]
    public void Force_decodes_files_that_fail_a_check_but_not_short_ones()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Version, 99);
        Assert.Equal(99U, SegmentHeader.ReadUnchecked(path).Version);
        Patch.Length(path, 100);
        Assert.Equal(SegmentErrorId.SegmentTooShort, Assert.Throws<SegmentException>(() => SegmentHeader.ReadUnchecked(path)).ErrorId);
    }

    [Fact]
    public void An_unprintable_magic_is_escaped()
    {
        string path = _folder["magic"];
        byte[] bytes = new byte[200];
        new byte[] { 0x41, 0x5C, 0x00, 0xFF, 0x20, 0x7E, 0x7F, 0x0A }.CopyTo(bytes, 0);
        File.WriteAllBytes(path, bytes);
        Assert.Equal("A\\x5c\\x00\\xff ~\\x7f\\x0a", SegmentHeader.ReadUnchecked(path).Magic);
    }

    [Fact]
    public void A_file_still_being_created_is_checked_again()
    {
        string complete = Make.Segment(_folder);
        string path = _folder["new.seg"];
        File.WriteAllBytes(path, new byte[Make.Length]);
        Task finish = Task.Run(() =>
        {
            // Well before the second check; the test is about that coming 100 ms after the first.
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            File.Copy(complete, path, overwrite: true);
        });
        SegmentHeader? header = null;
        for (int i = 0; i < 50 && header is null; i++)
        {
            try
            {
                header = SegmentHeader.Read(path);
            }
            catch (SegmentException e) when (e.ErrorId is SegmentErrorId.SegmentNotReady or SegmentErrorId.SegmentTooShort or SegmentErrorId.SegmentTruncated)
            {
                // A very slow writer on a busy machine.
            }
        }

        finish.Wait();
        Assert.NotNull(header);
    }

    [Fact]
    public void Many_files_still_being_created_share_one_wait()
    {
        const int count = 400;
        for (int i = 0; i < count; i++)
        {
            File.WriteAllBytes(_folder[$"{i}"], []);
        }

        var patience = new Patience();
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < count; i++)
        {
            string path = _folder[$"{i}"];
            Assert.Equal(SegmentErrorId.SegmentNotReady, Assert.Throws<SegmentException>(() => Segment.Open(path, write: false, patience, default)).ErrorId);
        }

        // One wait each would take 40 s.
        Assert.InRange(clock.ElapsedMilliseconds, 90, 20_000);
    }

    // If the host writes the magic first, an observer can see a header without slot classes; if it writes the magic last, everything but the magic.
    [Theory]
    [InlineData(SegmentErrorId.InvalidSlotClass, (long)Make.PoolOffset, 64)]
    [InlineData(SegmentErrorId.BadMagic, 0, 8)]
    public void Nearly_complete_files_are_waited_for_too(string errorId, long offset, int count)
    {
        string path = Make.Segment(_folder);
        Patch.Bytes(path, offset, new byte[count]);
        using var cancelled = new System.Threading.CancellationTokenSource();
        cancelled.Cancel();

        // A wait notices the cancellation.
        _ = Assert.Throws<OperationCanceledException>(() => SegmentHeader.Read(path, cancelled.Token));
        _ = Assert.Throws<OperationCanceledException>(() => SegmentValidator.Validate(path, cancellationToken: cancelled.Token));
        _ = Assert.Throws<OperationCanceledException>(() => OneShot.RaiseGoodbye(path, 1, cancelled.Token));
        Assert.Equal(errorId, Assert.Throws<SegmentException>(() => SegmentHeader.Read(path)).ErrorId);
        Assert.Equal(errorId, SegmentValidator.Validate(path).Findings[0].Id);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        Assert.Equal(errorId, Assert.Throws<SegmentException>(() => SegmentHeader.Read(path, cancelled.Token)).ErrorId);
        Assert.False(SegmentValidator.Validate(path, cancellationToken: cancelled.Token).IsValid);
    }

    [Fact]
    public void An_old_incomplete_file_is_not_waited_for()
    {
        string path = _folder["old"];
        File.WriteAllBytes(path, []);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        using var cancelled = new System.Threading.CancellationTokenSource();
        cancelled.Cancel();

        // A wait would notice the cancellation.
        Assert.Equal(SegmentErrorId.SegmentNotReady, Assert.Throws<SegmentException>(() => SegmentHeader.Read(path, cancelled.Token)).ErrorId);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        _ = Assert.Throws<OperationCanceledException>(() => SegmentHeader.Read(path, cancelled.Token));
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("socket")]
    public async Task Files_of_other_types_are_refused_by_type_and_never_hang(string what)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "only Unix has FIFOs, sockets and devices");
        string path = what;
        System.Net.Sockets.Socket? socket = null;
        if (what == "fifo")
        {
            path = _folder[what];
            using Process mkfifo = Process.Start("mkfifo", path);
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        else if (what == "socket")
        {
            path = _folder[what];
            socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        }

        using (socket)
        {
            Task all = Task.Run(
                () =>
                {
                    SegmentException[] errors =
                    [
                        Assert.Throws<SegmentException>(() => SegmentHeader.Read(path)),
                        Assert.Throws<SegmentException>(() => SegmentHeader.ReadUnchecked(path)),
                        Assert.Throws<SegmentException>(() => OneShot.RaiseGoodbye(path, 1)),
                        Assert.Throws<SegmentException>(() => Segment.Create(path, Make.Configuration)),
                        Assert.Throws<SegmentException>(() => Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true })),
                    ];
                    Assert.All(errors, error => Assert.Equal(SegmentErrorId.NotARegularFile, error.ErrorId));
                    Assert.Equal(SegmentErrorId.NotARegularFile, Assert.Single(SegmentValidator.Validate(path).Findings).Id);
                },
                TestContext.Current.CancellationToken);
            await all.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void An_exclusive_lock_of_another_process_does_not_block_reading()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows enforces file sharing modes");
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        Assert.Equal("locked", agent.Do("lock", path));
        Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
        Assert.Equal(0U, OneShot.RaiseGoodbye(path, 1));
    }

    [Fact]
    public void Missing_permissions_are_reported_as_access_denied()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "only Unix has permission bits");
        string path = Make.Segment(_folder);
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1ED);
        using Agent? agent = Environment.IsPrivilegedProcess ? Agent.TryStartWithoutRights() : new Agent();
        Assert.SkipWhen(agent is null, "the tests run as root, which may read everything, and cannot start a process as another user");
        File.SetUnixFileMode(path, UnixFileMode.None);
        Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("read", path));
        Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("validate", path));
        File.SetUnixFileMode(path, (UnixFileMode)0x124);
        Assert.Equal("2", agent.Do("read", path));
        Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("goodbye", path, "1"));
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x16D);
        Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("create", _folder["new.seg"]));
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1C0);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("")]
    public void Invalid_file_names_are_refused(string name) =>
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Assert.Throws<SegmentException>(() => SegmentHeader.Read(name)).ErrorId);

    [Fact]
    public void A_name_that_is_not_valid_Unicode_is_refused_and_means_no_other_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names are UTF-16 on Windows");
        File.WriteAllText(_folder["a?b"], "not this one");
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Assert.Throws<SegmentException>(() => SegmentHeader.Read(_folder["a" + (char)0xD800 + "b"])).ErrorId);
    }

    [Fact]
    public void Truncation_during_ten_thousand_reads_gives_headers_or_documented_errors()
    {
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        agent.Send("churn", path, "20000");
        int headers = 0;
        for (int i = 0; i < 10_000; i++)
        {
            try
            {
                Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
                headers++;
            }
            catch (SegmentException e)
            {
                Assert.Contains(e.ErrorId, new[]
                {
                    SegmentErrorId.SegmentNotReady, SegmentErrorId.SegmentTooShort, SegmentErrorId.SegmentTruncated,
                    SegmentErrorId.SlotClassTableOutOfBounds, SegmentErrorId.InvalidSlotClass, SegmentErrorId.NoSlotClasses,
                });
            }
        }

        Assert.Equal("churned", agent.Answer());
        Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
        Assert.True(headers > 0);
    }

    [Fact]
    public void Reading_leaves_no_file_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc/self/fd");
        string path = Make.Segment(_folder);
        string broken = _folder["broken"];
        File.WriteAllBytes(broken, new byte[300]);
        int before = Count();
        for (int i = 0; i < 200; i++)
        {
            _ = SegmentHeader.Read(path);
            _ = OneShot.RaiseGoodbye(path, 1);
            _ = SegmentValidator.Validate(path);
            _ = Assert.Throws<SegmentException>(() => SegmentHeader.Read(_folder.Root));
            File.SetLastWriteTimeUtc(broken, DateTime.UtcNow.AddHours(-1));
            _ = Assert.Throws<SegmentException>(() => SegmentHeader.Read(broken));
        }

        // Other tests in this process may have some open.
        Assert.InRange(Count(), 0, before + 50);

        static int Count() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}
