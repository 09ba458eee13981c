using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace RoamShm.Shell;

/// <summary>The console: output to standard output, errors, warnings and the like to standard error.</summary>
internal sealed class ShellUserInterface : PSHostUserInterface
{
    private static readonly bool WantsColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private static readonly bool HasColour = WantsColour && !Console.IsOutputRedirected;
    private static readonly bool HasErrorColour = WantsColour && !Console.IsErrorRedirected;

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();

    public override bool SupportsVirtualTerminal => HasColour;

    public override string? ReadLine() => Console.ReadLine();

    public override SecureString ReadLineAsSecureString() => throw new NotSupportedException("This shell reads no passwords.");

    public override void Write(string value) => Console.Out.Write(Plain(value, HasColour));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Console.Out.WriteLine(Plain(value, HasColour));

    public override void WriteErrorLine(string value) => Console.Error.WriteLine(Plain(value, HasErrorColour));

    public override void WriteDebugLine(string message) => Console.Error.WriteLine("DEBUG: " + message);

    public override void WriteVerboseLine(string message) => Console.Error.WriteLine("VERBOSE: " + message);

    public override void WriteWarningLine(string message) => Console.Error.WriteLine("WARNING: " + message);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in descriptions)
        {
            Console.Error.Write($"{(string.IsNullOrEmpty(field.Label) ? field.Name : field.Label)}: ");
            answers[field.Name] = PSObject.AsPSObject(ReadAnswer());
        }

        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Console.Error.WriteLine(caption);
        Console.Error.WriteLine(message);
        while (true)
        {
            for (int i = 0; i < choices.Count; i++)
            {
                Console.Error.Write($"[{Key(choices[i])}] {choices[i].Label.Replace("&", string.Empty, StringComparison.Ordinal)}  ");
            }

            string answer = ReadAnswer().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            for (int i = 0; i < choices.Count; i++)
            {
                if (string.Equals(answer, Key(choices[i]), StringComparison.OrdinalIgnoreCase)
                    || string.Equals(answer, choices[i].Label.Replace("&", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new NotSupportedException("This shell reads no passwords.");

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new NotSupportedException("This shell reads no passwords.");

    /// <summary>The formatter colours its text whatever the host can show; a file or pipe gets it without.</summary>
    private static string Plain(string value, bool hasColour) =>
        hasColour || string.IsNullOrEmpty(value) ? value : new StringDecorated(value).ToString(OutputRendering.PlainText);

    private static string ReadAnswer() => Console.ReadLine() ?? throw new HostException("There is nobody to answer: standard input has ended.");

    private static string Key(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label.Substring(mark + 1, 1) : choice.Label;
    }
}
