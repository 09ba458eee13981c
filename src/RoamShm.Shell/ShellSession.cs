using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace RoamShm.Shell;

/// <summary>One session: a runspace with a console.</summary>
internal sealed class ShellSession : IDisposable
{
    private const int Failed = 1;
    private const int Interrupted = 130;
    private const string SucceededVariable = "RoamShmShellSucceeded";

    private readonly ShellHost _host = new();
    private readonly Runspace _runspace;
    private readonly object _lock = new();
    private PowerShell? _running;
    private bool _isInterrupted;

    internal ShellSession()
    {
        _runspace = RunspaceFactory.CreateRunspace(_host, Engine.CreateState(Path.Combine(Engine.ModuleRoot, "RoamShm")));
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();

        // The engine adds the user's module folders while it opens.
        Environment.SetEnvironmentVariable("PSModulePath", Engine.ModuleRoot);
        _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Environment.CurrentDirectory));
        Runspace.DefaultRunspace = _runspace;
        Console.CancelKeyPress += OnCancel;
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancel;
        _runspace.Dispose();
    }

    internal int RunText(string text)
    {
        // Asked within the script: what follows it in the pipeline, Out-Default, always succeeds.
        bool threw = Run(shell => shell.AddScript(text + "\n$global:" + SucceededVariable + " = $?"));
        return ExitCode(threw || _runspace.SessionStateProxy.GetVariable(SucceededVariable) is false);
    }

    internal int RunFile(string file, string[] arguments)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"There is no script '{file}'.");
            return 64;
        }

        ScriptBlockAst script = Parser.ParseFile(path, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            ReportError(new ParseException(errors));
            return Failed;
        }

        // A script block, unlike a script's path, lets 'exit N' through to the host, and still knows its $PSScriptRoot.
        (Hashtable named, List<object> positional) = Bind(arguments);
        bool threw = Run(
            shell => shell.AddScript("param([scriptblock] $Script, [hashtable] $Named, [object[]] $Positional) & $Script @Named @Positional")
                .AddArgument(script.GetScriptBlock()).AddArgument(named).AddArgument(positional.ToArray()));
        return ExitCode(threw);
    }

    internal int Prompt()
    {
        var text = new StringBuilder();
        while (!_host.ShouldExit)
        {
            Console.Write(text.Length == 0 ? $"roamshm {_runspace.SessionStateProxy.Path.CurrentLocation}> " : ">> ");
            string? line = Console.ReadLine();
            if (line is null)
            {
                if (_isInterrupted)
                {
                    _isInterrupted = false;
                    _ = text.Clear();
                    Console.WriteLine();
                    continue;
                }

                break;
            }

            _ = text.AppendLine(line);
            _ = Parser.ParseInput(text.ToString(), out _, out ParseError[] errors);
            if (line.Length > 0 && errors.Any(error => error.IncompleteInput))
            {
                continue;
            }

            string input = text.ToString();
            _ = text.Clear();
            _ = Run(shell => shell.AddScript(input));
            _isInterrupted = false;
        }

        return _host.ExitCode;
    }

    /// <summary>Arguments as on PowerShell's own command line: <c>-Name VALUE</c>, <c>-Switch</c>, or a value.</summary>
    private static (Hashtable Named, List<object> Positional) Bind(string[] arguments)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        var positional = new List<object>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-' || !char.IsLetter(argument[1]))
            {
                positional.Add(argument);
                continue;
            }

            bool hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith('-');
            named[argument[1..].TrimEnd(':')] = hasValue ? arguments[++i] : true;
        }

        return (named, positional);
    }

    private int ExitCode(bool failed) => _host.ShouldExit ? _host.ExitCode : _isInterrupted ? Interrupted : failed ? Failed : 0;

    /// <summary>Runs a pipeline to the console.</summary>
    /// <returns>Whether an exception ended it.</returns>
    private bool Run(Action<PowerShell> build)
    {
        using var shell = PowerShell.Create(_runspace);
        build(shell);
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        _ = shell.AddCommand("Out-Default");
        lock (_lock)
        {
            _running = shell;
        }

        bool threw = false;
        try
        {
            _ = shell.Invoke(null, new PSInvocationSettings { AddToHistory = false });
        }
        catch (PipelineStoppedException)
        {
            // Interrupted, which the exit code says.
        }
        catch (RuntimeException e)
        {
            threw = true;
            ReportError(e);
        }
        finally
        {
            lock (_lock)
            {
                _running = null;
            }
        }

        return threw;
    }

    private void ReportError(RuntimeException e)
    {
        // Through the error stream, so that the console knows it for an error.
        using var shell = PowerShell.Create(_runspace);
        _ = shell.AddScript("[CmdletBinding()] param($ErrorRecord) $PSCmdlet.WriteError($ErrorRecord)").AddArgument(e.ErrorRecord);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        _ = shell.AddCommand("Out-Default").Invoke();
    }

    private void OnCancel(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        _isInterrupted = true;
        lock (_lock)
        {
            _ = _running?.BeginStop(null, null);
        }
    }
}
