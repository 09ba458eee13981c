using System;
using System.Diagnostics;
using System.Globalization;

namespace RoamShm.Bench;

/// <summary>
/// Many processes that do nothing, the children of one shell. The shell ends them by their ids when this object is disposed of, or when this process ends in
/// any other way. In any case, each exits by itself after five minutes.
/// </summary>
public sealed class ManyProcesses : IDisposable
{
    private const string Script = "ids=; i=0; while [ $i -lt {0} ]; do sleep 300 < /dev/null > /dev/null & ids=$ids' '$!; i=$((i+1)); done; echo ready; read end; kill $ids; wait";

    private readonly Process _shell;

    public ManyProcesses(int count)
    {
        Count = count;
        string script = Script.Replace("{0}", count.ToString(CultureInfo.InvariantCulture));
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", "-c \"" + script + "\"")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        if (_shell.StandardOutput.ReadLine() != "ready")
        {
            Dispose();
            throw new InvalidOperationException("The processes could not be started.");
        }
    }

    public int Count { get; }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
