namespace RoamShm;

/// <summary>Operations on tables of rules.</summary>
internal static class FindingRules
{
    /// <summary>Checks the rules in order and adds a finding for each broken one.</summary>
    internal static void Check<TFacts>(this FindingRule<TFacts>[] rules, TFacts facts, FindingList findings)
    {
        foreach (FindingRule<TFacts> rule in rules)
        {
            _ = rule.Check(facts, findings);
        }
    }
}
