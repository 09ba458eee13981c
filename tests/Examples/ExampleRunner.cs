using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>
/// Runs the examples of a page of docs/cmdlets in order, in one session, as a reader would: each statement by itself, in a console of 100 columns, in a
/// folder that stands for /dev/shm/roam. What is shown has to be what the page shows, but for times, process ids and the like.
/// </summary>
/// <remarks>
/// It knows nothing but the engine, so that a PowerShell can compile and use it too. The folder's path is as long as the one that it stands for: so columns
/// are as wide as on the page.
/// </remarks>
public sealed class ExampleRunner : IDisposable
{
    private const int Width = 100;
    private const string ToldFolder = "/dev/shm/roam";
    private static readonly TimeSpan UpperBound = TimeSpan.FromMinutes(2);

    private readonly string _page;
    private readonly Hashtable[] _scenes;
    private readonly string _agent;
    private readonly Runspace _runspace;
    private readonly CaptureHost _host = new(Width);
    private readonly Dictionary<string, Actor> _actors = [];
    private readonly List<int> _processIds = [];
    private readonly CultureInfo? _cultureBefore = CultureInfo.DefaultThreadCurrentCulture;

    /// <param name="page">A page of docs/cmdlets.</param>
    /// <param name="scenes">tests/Examples/Scenes.psd1.</param>
    /// <param name="agent">The program of the agents.</param>
    /// <param name="state">What the session starts from, with the module.</param>
    public ExampleRunner(string page, string scenes, string agent, InitialSessionState state)
    {
        _page = page;
        _agent = agent;
        var all = (Hashtable)Parser.ParseFile(scenes, out _, out _).Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false).SafeGetValue();
        _scenes = [.. ((IEnumerable?)all[Path.GetFileNameWithoutExtension(page)])?.Cast<Hashtable>() ?? []];
        Folder = MakeFolder();

        // Dates are written as on the pages.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
    }

    /// <summary>The folder that stands for /dev/shm/roam.</summary>
    public string Folder { get; }

    /// <summary>Why the examples of a page cannot be run here, or null.</summary>
    public static string? WhyNot(string page, string agent) =>
        !OperatingSystem.IsLinux() || !Directory.Exists("/dev/shm") ? "the pages tell what a Linux shows, with segments in /dev/shm"
        : !File.Exists(agent) ? "the program that plays hosts and guests has not been built; dotnet build does it"
        : Path.GetFileNameWithoutExtension(page) is "Find-RoamSegment" or "Get-RoamSegmentProcess" or "Remove-RoamSegment" or "Reset-RoamPeer" && !CanReadMappings()
            ? "the page tells what somebody sees who may read the mappings of all processes"
        : null;

    /// <summary>The examples of a page: title, code, and the output or null.</summary>
    public static IReadOnlyList<(string Title, string Code, string? Output)> Read(string page)
    {
        string text = File.ReadAllText(page).ReplaceLineEndings("\n");
        string section = Regex.Match(text, @"^## EXAMPLES\n(.*?)^## PARAMETERS$", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
        MatchCollection examples = Regex.Matches(section, @"^### (?<title>[^\n]+)\n(?<before>.*?)^```powershell\n(?<code>.*?)\n```$\s*(^```output\n(?<output>.*?)\n```$)?", RegexOptions.Multiline | RegexOptions.Singleline);
        return [.. examples.Select(example => (example.Groups["title"].Value, example.Groups["code"].Value, example.Groups["output"].Success ? example.Groups["output"].Value : (string?)null))];
    }

    /// <summary>How many of the examples, from the first, use commands that the session has.</summary>
    public int CountRunnable()
    {
        int count = 0;
        foreach ((_, string code, _) in Read(_page))
        {
            IEnumerable<string?> names = Parser.ParseInput(code, out _, out _).FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Select(ast => ((CommandAst)ast).GetCommandName());
            if (!names.All(name => name is null || Has(name)))
            {
                break;
            }

            count++;
        }

        return count;
    }

    /// <summary>Runs the first examples.</summary>
    /// <param name="count">How many.</param>
    /// <returns>What is not as the page tells, nothing where everything is.</returns>
    public IReadOnlyList<string> Run(int count)
    {
        var problems = new List<string>();
        int number = 0;
        foreach ((string title, string code, string? told) in Read(_page).Take(count))
        {
            Hashtable[] scenes = [.. _scenes.Where(scene => (int)scene["Example"]! == number + 1)];
            string shown = RunExample(code, scenes);
            number++;
            bool isAnyOrder = scenes.Any(scene => scene["AnyOrder"] is true);
            bool isLoose = scenes.Any(scene => scene["Loose"] is true);
            string expected = Shape(AsThisUser(told ?? string.Empty), isAnyOrder, isLoose);
            string actual = Shape(shown, isAnyOrder, isLoose);
            if (expected != actual)
            {
                problems.Add($"{Path.GetFileName(_page)}, {title}\n--- told\n{expected}\n--- shown\n{actual}\n--- as it was\n{shown}");
            }
        }

        return problems;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        CultureInfo.DefaultThreadCurrentCulture = _cultureBefore;
        foreach (Actor actor in _actors.Values)
        {
            actor.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>
    /// Waits until somebody else has read a file, twice, so that what was there before the first time has been seen; at most some seconds, where the file
    /// system does not keep the time of the last access.
    /// </summary>
    public static void WhenRead(string path)
    {
        for (int i = 0; i < 2 && File.Exists(path); i++)
        {
            File.SetLastAccessTimeUtc(path, DateTime.UnixEpoch);
            var clock = Stopwatch.StartNew();
            while (File.Exists(path) && File.GetLastAccessTimeUtc(path) == DateTime.UnixEpoch && clock.Elapsed < TimeSpan.FromSeconds(3))
            {
                Thread.Sleep(5);
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Root may, though not always those of the first process, which nobody needs; others may where all processes are theirs.</summary>
    private static bool CanReadMappings()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return true;
        }

        try
        {
            _ = File.ReadAllBytes("/proc/1/maps");
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static string MakeFolder()
    {
        while (true)
        {
            string folder = $"/dev/shm/{Guid.NewGuid().ToString("N")[..4]}";
            if (!Path.Exists(folder))
            {
                return Directory.CreateDirectory(folder).FullName;
            }
        }
    }

    private bool Has(string name)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        return shell.AddCommand("Get-Command").AddParameter("Name", name).AddParameter("ErrorAction", ActionPreference.Ignore).Invoke().Count > 0;
    }

    private string RunExample(string code, Hashtable[] scenes)
    {
        int start = _host.Text.Length;
        int number = 0;
        foreach (StatementAst statement in Parser.ParseInput(AsHere(code), out _, out _).EndBlock.Statements)
        {
            number++;
            foreach (Hashtable scene in scenes.Where(scene => scene["Before"] is int before && before == number))
            {
                foreach (string line in (object[])scene["Do"]!)
                {
                    Act(line);
                }
            }

            using PowerShell shell = PowerShell.Create(_runspace);
            _ = shell.AddScript(statement.Extent.Text);
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            _ = shell.AddCommand("Out-Default");
            IAsyncResult running = shell.BeginInvoke();
            if (!running.AsyncWaitHandle.WaitOne(UpperBound))
            {
                shell.Stop();
                throw new TimeoutException($"'{statement.Extent.Text}' does not end.");
            }

            _ = shell.EndInvoke(running);
        }

        string text = new System.Management.Automation.Internal.StringDecorated(_host.Text[start..]).ToString(OutputRendering.PlainText);
        text = text.Replace(Folder, ToldFolder, StringComparison.Ordinal);
        return _processIds.Aggregate(text, (shown, id) => Regex.Replace(shown, $@"(?<!\d){id}(?!\d)", "30000"));
    }

    /// <summary>The code of an example in this folder and for this user. A job's sleep, by which it lets a watch begin, waits for just that.</summary>
    private string AsHere(string code)
    {
        string path = Regex.Match(code, "/dev/shm/roam/[a-z.]+").Value;
        string waiting = Regex.Replace(code, @"Start-Sleep -Milliseconds \d+", $"[RoamShm.Tests.ExampleRunner]::WhenRead('{path}')");
        return waiting.Replace(ToldFolder, Folder, StringComparison.Ordinal).Replace("'root'", $"'{Environment.UserName}'", StringComparison.Ordinal);
    }

    private static string AsThisUser(string told) => Regex.Replace(told, @"(?<![/\w])root(?![/\w])", Environment.UserName);

    private void Act(string line)
    {
        Match parts = Regex.Match(line, @"^(?<name>[\w-]+)(?<how>[:~]) (?<order>\S+)(?<rest>.*)$");
        string name = parts.Groups["name"].Value;
        string order = parts.Groups["order"].Value;
        bool isWaiting = parts.Groups["how"].Value == ":";
        if (!_actors.TryGetValue(name, out Actor? actor))
        {
            _actors.Add(name, actor = new Actor(_agent));
            _processIds.Add(actor.Id);
        }

        if (order == "end")
        {
            _ = _actors.Remove(name);
            actor.End(isWaiting);
            return;
        }

        string[] words = parts.Groups["rest"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] rest = order == "name" ? [name] : [Path.Combine(Folder, words[0]), .. words[1..]];
        actor.Tell([order, .. rest]);
        if (isWaiting)
        {
            actor.Listen();
        }
    }

    /// <summary>Text reduced to what does not change from one time to the next: no widths, times, ages, process ids, empty and repeated lines.</summary>
    private static string Shape(string text, bool isAnyOrder, bool isLoose)
    {
        var lines = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            string shape = Regex.Replace(line, @"\b\d{1,2}/\d{1,2}/\d{4}\b", "<date>");
            shape = Regex.Replace(shape, @"\b\d{1,2}:\d\d:\d\d(\.\d+)?", "<time>");
            shape = Regex.Replace(shape, @"\d+(\.\d+)? (ns|us|ms|s|min|h|d) ago", "<age>");
            shape = Regex.Replace(shape, @"^((LastHeartbeat|HeartbeatAgeMilliseconds) *:).*$", "$1 <number>");
            shape = Regex.Replace(shape, @"^(FileId *:).*$", "$1 <id>");
            shape = Regex.Replace(shape, @"(?<![\w.])\d{5,7}(?![\w.])", "<number>");
            shape = isLoose ? Regex.Replace(shape, @"…?\d[\d.]*", "<number>") : shape;
            shape = Regex.Replace(Regex.Replace(shape, "-{2,}", "--"), @"\s+", " ").Trim();
            if (shape.Length > 0 && (lines.Count == 0 || lines[^1] != shape))
            {
                lines.Add(shape);
            }
        }

        if (isAnyOrder)
        {
            lines.Sort(StringComparer.Ordinal);
        }

        return string.Join('\n', lines);
    }

    /// <summary>Another process that plays a host or a guest.</summary>
    private sealed class Actor : IDisposable
    {
        private readonly Process _process;
        private int _unheard;

        internal Actor(string program)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            _unheard = 1;
            Listen();
        }

        internal int Id => _process.Id;

        internal void Tell(string[] words)
        {
            _process.StandardInput.WriteLine(string.Join('\t', words));
            _process.StandardInput.Flush();
            _unheard++;
        }

        internal void Listen()
        {
            for (; _unheard > 0; _unheard--)
            {
                string answer = _process.StandardOutput.ReadLine() ?? throw new EndOfStreamException("An agent has died.");
                if (answer.Contains(' ', StringComparison.Ordinal) || answer == "what?")
                {
                    throw new InvalidOperationException("An agent answers: " + answer);
                }
            }
        }

        /// <summary>It ends when it has done all it was told.</summary>
        internal void End(bool isWaiting)
        {
            _process.StandardInput.Close();
            if (isWaiting)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10_000))
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
        }
    }
}
