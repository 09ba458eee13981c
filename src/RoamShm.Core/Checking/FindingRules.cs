namespace RoamShm;

/// <summary>What is done with a table of rules.</summary>
internal static class FindingRules
{
    /// <summary>Checks rules in their order, and adds a finding for each that is broken.</summary>
    internal static void Check<TFacts>(this FindingRule<TFacts>[] rules, TFacts facts, FindingList findings)
    {
        foreach (FindingRule<TFacts> rule in rules)
        {
            _ = rule.Check(facts, findings);
        }
    }
}
