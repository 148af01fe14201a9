using System.Globalization;
using System.Text.RegularExpressions;
using K2.Contracts.Cold;
using K2.Grains.Cold;
using K2.TestKit;

namespace K2.Grains.Tests.Cold;

public sealed partial class ColdHealthTests
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    [Fact]
    public void Problems_WhenRunsAreGoodAndRecent_AreNone() =>
        Assert.Empty(ColdHealth.Problems(null, [Run(ColdWork.Export, "nothing"), Run(ColdWork.Audit, "equal")], Now.AddMinutes(-30), Interval, Now));

    [Fact]
    public void Problems_WhenTheTierIsAway_AreThatAlone() =>
        Assert.Equal(["The cold tier cannot be used: no bucket: create it."], ColdHealth.Problems("no bucket: create it", [Run(ColdWork.Export, "failed", "no bucket")], default, Interval, Now));

    [Fact]
    public void Problems_WhenARunIsNotGood_NameItsWorkAndWhatIsWrong()
    {
        ColdRun[] runs = [Run(ColdWork.Export, "failed", "the store is away."), Run(ColdWork.Maintain, "failed", "x"), Run(ColdWork.Audit, "different", "day 1 differs", "day 2 differs"), Run(ColdWork.Restore, "failed", "y")];

        Assert.Equal(
            ["The last export ended as failed: the store is away.", "The last maintenance ended as failed: x.", "The last audit ended as different: day 1 differs (and 1 more, see /v1/cold)."],
            ColdHealth.Problems(null, runs, Now, Interval, Now));
    }

    [Theory]
    [InlineData(30 * 60, 0)]
    [InlineData((30 * 60) + 1, 1)]
    public void Problems_WithoutAGoodExportForMoreThanTwoIntervals_SayIt(int secondsAgo, int count)
    {
        var problems = ColdHealth.Problems(null, [], Now.AddSeconds(-secondsAgo), Interval, Now);

        Assert.Equal(count, problems.Length);
        Assert.All(problems, problem => Assert.Equal("No export has succeeded for more than 2 intervals of 15 min: see k2.export_log and the silo's log, and try k2 export run.", problem));
    }

    [Fact]
    public void Problems_WithoutAGoodExport_BeginWhenTheAlertDoes()
    {
        var seconds = int.Parse(Threshold().Match(RepositoryFiles.Text("grafana/prometheus/rules/alerts.yml")).Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.Empty(ColdHealth.Problems(null, [], Now.AddSeconds(-seconds), Interval, Now));
        Assert.Single(ColdHealth.Problems(null, [], Now.AddSeconds(-seconds - 1), Interval, Now));
    }

    private static ColdRun Run(ColdWork work, string outcome, params string[] problems) =>
        new() { Table = "t", Work = work, JobId = Guid.Empty, Started = Now.AddMinutes(-1), Ended = Now, Outcome = outcome, Problems = [.. problems] };

    [GeneratedRegex(@"min by \(table\) \(k2_cold_export_age_seconds\) > (\d+)")]
    private static partial Regex Threshold();
}
