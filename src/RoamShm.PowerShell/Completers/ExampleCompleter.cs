using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace RoamShm.Completers;

/// <summary>Completes typical values of a parameter whose values cannot be listed.</summary>
public abstract class ExampleCompleter : IArgumentCompleter
{
    private readonly (string Value, string Meaning)[] _examples;

    private protected ExampleCompleter(params (string Value, string Meaning)[] examples) => _examples = examples;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach ((string value, string meaning) in _examples)
        {
            if (value.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            {
                yield return new CompletionResult(Quote(value), $"{value} ({meaning})", CompletionResultType.ParameterValue, meaning);
            }
        }
    }

    private static string Quote(string value) => value.IndexOfAny([',', ';', ' ']) >= 0 ? "'" + value + "'" : value;
}
