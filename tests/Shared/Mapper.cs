using System;
using System.Diagnostics;
using System.IO;

namespace RoamShm.Tests;

/// <summary>A process without a runtime that uses a file: tests/Native/mapper.c, built if there is a C compiler.</summary>
public sealed class Mapper : IDisposable
{
    private static readonly Lazy<string?> Program = new(Build);

    private readonly Process _process;
    private bool _isDisposed;

    private Mapper(Process process) => _process = process;

    /// <summary>Why a mapper is unavailable; null if it is available.</summary>
    public static string? WhyNot => !OperatingSystem.IsLinux() ? "needs Linux" : Program.Value is null ? "there is no C compiler here" : null;

    public int Id => _process.Id;

    public static Mapper Start(params string[] words) => TryStartBy([], words) ?? throw new InvalidOperationException("The mapper did not start.");

    /// <summary>Starts a mapper through another program, such as unshare, which gives it its own namespaces; null if that is not possible.</summary>
    public static Mapper? TryStartBy(string[] by, params string[] words)
    {
        string[] all = [.. by, Program.Value!, .. words];
        Process process = Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (process.StandardOutput.ReadLine() == "ready")
        {
            return new Mapper(process);
        }

        process.WaitForExit();
        process.Dispose();
        return null;
    }

    /// <summary>Reads the last line that the mapper writes.</summary>
    public string? Answer() => _process.StandardOutput.ReadLine();

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static string Source()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "tests", "Native", "mapper.c")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? string.Empty, "tests", "Native", "mapper.c");
    }

    private static string? Build()
    {
        string program = Path.Combine(Path.GetTempPath(), "roamshm-mapper-" + Guid.NewGuid().ToString("N")[..8]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(program);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("cc", ["-O1", "-pthread", "-o", program, Source()]))!;
            process.WaitForExit();
            return process.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
