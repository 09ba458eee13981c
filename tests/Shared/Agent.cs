using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace RoamShm.Tests;

/// <summary>Another process that runs commands for a test.</summary>
public sealed class Agent : IDisposable
{
    /// <summary>The program and its arguments. Where the tests run without the .NET SDK, whoever starts them names a program that runs by itself.</summary>
    private static readonly string[] Command = Environment.GetEnvironmentVariable("ROAMSHM_TEST_AGENT") is { Length: > 0 } program ? [program]
        : ["dotnet", typeof(Agent).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AgentPath").Value!];

    private readonly Process _process;

    public Agent()
        : this(Command[0], Command[1..])
    {
    }

    private Agent(string program, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException("The test agent did not start.");
        }
    }

    /// <summary>Starts an unprivileged agent if the tests are privileged.</summary>
    /// <returns>The agent; null if it cannot be started.</returns>
    public static Agent? TryStartWithoutRights()
    {
        try
        {
            return new Agent("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. Command]);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Starts an agent through another program, such as unshare, which gives it its own namespaces.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <returns>The agent; null if it cannot be started.</returns>
    public static Agent? TryStartBy(params string[] words)
    {
        try
        {
            return new Agent(words[0], [.. words[1..], .. Command]);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Starts an agent through a line of shell script whose last command is <c>exec "$@"</c>.</summary>
    /// <param name="script">The script.</param>
    /// <param name="words">A program that runs the shell, such as unshare, and its arguments; none to run the shell directly.</param>
    /// <returns>The agent; null if it cannot be started.</returns>
    public static Agent? TryStartByScript(string script, params string[] words) => TryStartBy([.. words, "sh", "-c", script, "sh"]);

    public int Id => _process.Id;

    /// <summary>Sends a command without waiting for the answer.</summary>
    public void Send(params string[] words)
    {
        _process.StandardInput.WriteLine(string.Join('\t', words));
        _process.StandardInput.Flush();
    }

    public string Answer() => _process.StandardOutput.ReadLine() ?? throw new EndOfStreamException("The test agent has died.");

    /// <summary>Reads an answer; null if the agent has died.</summary>
    public string? TryAnswer() => _process.StandardOutput.ReadLine();

    public string Do(params string[] words)
    {
        Send(words);
        return Answer();
    }

    /// <summary>Kills the agent, as a crash would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(5000))
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }
}
