using System;

namespace RoamShm;

/// <summary>
/// One validation rule as a row: id, severity, rule of the format, field and its offset, when it is broken, what was expected, what was found, and the
/// message.
/// </summary>
/// <typeparam name="TFacts">The type that the rule is applied to.</typeparam>
internal sealed class FindingRule<TFacts>
{
    private readonly string _id;
    private readonly string _severity;
    private readonly string _formatRule;
    private readonly Func<TFacts, FormattableString> _field;
    private readonly Func<TFacts, ulong?> _offset;
    private readonly Func<TFacts, bool> _when;
    private readonly Func<TFacts, FormattableString> _expected;
    private readonly Func<TFacts, FormattableString> _found;
    private readonly Func<TFacts, FormattableString> _message;

    /// <summary>Creates a rule for a field of the header.</summary>
    internal FindingRule(string id, string severity, string formatRule, string field, int offset, Func<TFacts, bool> when, Func<TFacts, FormattableString> expected, Func<TFacts, FormattableString> found, Func<TFacts, FormattableString> message)
        : this(id, severity, formatRule, _ => $"{field}", _ => (ulong)offset, when, expected, found, message)
    {
    }

    /// <summary>Creates a rule for a field whose name and offset depend on the facts.</summary>
    internal FindingRule(string id, string severity, string formatRule, Func<TFacts, FormattableString> field, Func<TFacts, ulong?> offset, Func<TFacts, bool> when, Func<TFacts, FormattableString> expected, Func<TFacts, FormattableString> found, Func<TFacts, FormattableString> message)
    {
        _id = id;
        _severity = severity;
        _formatRule = formatRule;
        _field = field;
        _offset = offset;
        _when = when;
        _expected = expected;
        _found = found;
        _message = message;
    }

    /// <summary>Adds a finding if the rule is broken.</summary>
    /// <returns>The finding; <see langword="null"/> if the rule holds.</returns>
    internal SegmentFinding? Check(TFacts facts, FindingList findings)
    {
        if (!_when(facts))
        {
            return null;
        }

        var finding = new SegmentFinding
        {
            Id = _id,
            Severity = _severity,
            Field = FormattableString.Invariant(_field(facts)),
            Offset = _offset(facts),
            Expected = FormattableString.Invariant(_expected(facts)),
            Actual = FormattableString.Invariant(_found(facts)),
            Rule = _formatRule,
            Message = FormattableString.Invariant(_message(facts)),
        };
        findings.Add(finding);
        return finding;
    }
}
