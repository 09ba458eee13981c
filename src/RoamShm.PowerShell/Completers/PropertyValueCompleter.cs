using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace RoamShm.Completers;

/// <summary>
/// Completes the values of properties of this module's objects, as in <c>Find-RoamSegment | Where-Object Status -eq</c>. They are strings so that they survive
/// remoting, which leaves the engine nothing to complete.
/// </summary>
public static class PropertyValueCompleter
{
    private static readonly Dictionary<string, string[]> Values = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(SegmentListing.Status)] = ConstantsOf(typeof(SegmentStatus)),
        [nameof(SegmentListing.Use)] = ConstantsOf(typeof(SegmentUse)),
        [nameof(SegmentPeer.State)] = [.. Enum.GetNames(typeof(PeerState)), "Invalid"],
        [nameof(SegmentPeer.Liveness)] = ConstantsOf(typeof(PeerLiveness)),
        [nameof(SegmentFinding.Severity)] = [SegmentFinding.Error, SegmentFinding.Warning],
        [nameof(SegmentEvent.Change)] = [.. Enum.GetNames(typeof(SegmentChange)).Skip(1).Concat(ConstantsOf(typeof(PeerChange))).Distinct()],
    };

    /// <summary>Returns completions. Used by the Where-Object completer that the module registers.</summary>
    /// <param name="wordToComplete">The word typed so far.</param>
    /// <param name="commandAst">The command being typed.</param>
    /// <param name="boundParameters">The parameters bound so far.</param>
    /// <returns>The values; empty for objects of other modules.</returns>
    public static IEnumerable<CompletionResult> Complete(string? wordToComplete, CommandAst? commandAst, IDictionary? boundParameters)
    {
        string property = boundParameters?["Property"]?.ToString() ?? string.Empty;
        if (!Values.TryGetValue(property, out string[]? values) || !IsBehindThisModule(commandAst))
        {
            return [];
        }

        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return values.Where(value => value.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(value => new CompletionResult(value, value, CompletionResultType.ParameterValue, value));
    }

    private static bool IsBehindThisModule(CommandAst? command) => command?.Parent is PipelineAst pipeline
        && pipeline.PipelineElements.TakeWhile(one => one != command).OfType<CommandAst>()
            .Any(one => one.GetCommandName() is string name && name.IndexOf("-Roam", StringComparison.OrdinalIgnoreCase) > 0);

    private static string[] ConstantsOf(Type type) =>
        [.. type.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
}
