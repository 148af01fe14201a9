using System.Collections.Immutable;
using System.Globalization;
using K2.Contracts.Cold;

namespace K2.Grains.Cold;

/// <summary>Says what is wrong with a cold table now. Sentences do not name the table or a time, so that equal ones of several tables can be told together.</summary>
internal static class ColdHealth
{
    /// <summary>How many intervals without a good export are too many.</summary>
    private const int Intervals = 2;

    /// <summary>Returns what is wrong, a sentence each; empty if nothing is.</summary>
    /// <param name="tier">Why nothing can be done with any table, or null.</param>
    /// <param name="runs">The latest run of each kind of work that has ended.</param>
    /// <param name="lastGood">When the last good export ended, or the table was taken over.</param>
    /// <param name="interval">Between exports.</param>
    /// <param name="now">Now.</param>
    public static ImmutableArray<string> Problems(string? tier, IEnumerable<ColdRun> runs, DateTime lastGood, TimeSpan interval, DateTime now)
    {
        if (tier is not null) return [$"The cold tier cannot be used: {tier.TrimEnd('.')}."];

        // A restore is asked for by someone, who is told.
        var problems = runs.Where(run => !run.IsGood && run.Work != ColdWork.Restore).Select(Describe).ToList();
        if (now - lastGood > interval * Intervals) problems.Add(string.Create(CultureInfo.InvariantCulture, $"No export has succeeded for more than {Intervals} intervals of {interval.TotalMinutes:0} min: see k2.export_log and the silo's log, and try k2 export run."));
        return [.. problems];
    }

    private static string Describe(ColdRun run)
    {
        var more = run.Problems.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {run.Problems.Length - 1} more, see /v1/cold)") : "";
        return $"The last {Noun(run.Work)} ended as {run.Outcome}: {run.Problems.FirstOrDefault("see the silo's log").TrimEnd('.')}{more}.";
    }

    private static string Noun(ColdWork work) => work switch
    {
        ColdWork.Export => "export",
        ColdWork.Maintain => "maintenance",
        _ => "audit",
    };
}
