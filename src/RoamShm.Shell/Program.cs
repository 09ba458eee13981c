using System;
using System.Text;

namespace RoamShm.Shell;

internal static class Program
{
    private const string Usage = """
        Usage: roamshm [-Command TEXT | -File SCRIPT [ARGUMENTS] | -Help | -Version]

        A small PowerShell with the RoamShm module. Without arguments it prompts.
          -Command TEXT   runs the text; the exit code is 1 if its last command failed
          -File SCRIPT    runs a script with the arguments behind it; 'exit N' gives the exit code
        """;

    private static int Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        string option = args.Length == 0 ? string.Empty : args[0].TrimStart('-').ToLowerInvariant();
        switch (option)
        {
            case "" when args.Length == 0:
                using (var session = new ShellSession())
                {
                    return session.Prompt();
                }

            case "command" or "c" when args.Length > 1:
                using (var session = new ShellSession())
                {
                    return session.RunText(string.Join(' ', args[1..]));
                }

            case "file" or "f" when args.Length > 1:
                using (var session = new ShellSession())
                {
                    return session.RunFile(args[1], args[2..]);
                }

            case "help" or "h" or "?":
                Console.WriteLine(Usage);
                return 0;
            case "version" or "v":
                Console.WriteLine(typeof(Program).Assembly.GetName().Version?.ToString(3));
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 64;
        }
    }
}
