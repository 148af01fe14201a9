using System.Text.Json;
using System.Text.RegularExpressions;
using K2.Cli.Bench;
using K2.Contracts.Hosting;
using K2.EndToEnd.Tests.Running;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary><c>/metrics</c> of a running silo: what the dashboard and the alerts ask for is there, and no series is one of a symbol.</summary>
public sealed partial class MetricsTests
{
    // The engines' own exporters tell theirs.
    private static readonly string[] OfOthers = ["ClickHouse", "redpanda_", "up"];
    private const int MostSeries = 2000;

    [Fact]
    public async Task Metrics_OfARunningSilo_HoldWhatDashboardAndAlertsAskFor_AndNoSymbols()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data]);
        await RunningSilo.StoredAsync(silo, 100);
        using var client = await SiloClient.OfAsync(silo, folder.Data);

        // Of the cold tier something is told once it has exported and compared.
        await client.K2Async("export", "run", "silver_trades");
        await client.K2Async("maintenance", "audit", "silver_trades");

        // A request is counted when it has ended.
        await client.TextAsync("/health");

        // The age of a frame needs a frame, the lag a first look at the log.
        List<string> missing = [], series = [];
        await client.UntilAsync(
            async () =>
            {
                series = [.. (await client.TextAsync("/metrics")).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
                var names = series.Select(line => line.Split('{', ' ')[0]).ToHashSet(StringComparer.Ordinal);
                missing = [.. Listed().Where(name => !names.Contains(name))];
                return missing.Count == 0;
            },
            "metrics are missing");

        Assert.InRange(series.Count, 100, MostSeries);
        Assert.DoesNotContain(series, line => Symbol().IsMatch(line));
        Assert.Contains(series, line => line.StartsWith("k2_build_info{", StringComparison.Ordinal) && line.Contains("role=\"all\"", StringComparison.Ordinal) && line.Contains($"version=\"{ProductVersion.Current.Number}\"", StringComparison.Ordinal));
        Assert.Contains(series, line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal));
        Assert.Contains(series, line => line.StartsWith("orleans_", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Listed()
    {
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Text("grafana/dashboards/overview.json"));
        var list = dashboard.RootElement.GetProperty("panels").EnumerateArray().Single(panel => panel.GetProperty("type").GetString() == "text").GetProperty("options").GetProperty("content").GetString()!;
        var alerts = Ours().Matches(RepositoryFiles.Text("grafana/prometheus/rules/alerts.yml")).Select(match => match.Value).ToList();
        Assert.NotEmpty(alerts);
        return [.. list.Split('\n').Select(line => line[2..]).Where(name => !OfOthers.Any(other => name.StartsWith(other, StringComparison.Ordinal))).Union(alerts, StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"\bk2_\w+")]
    private static partial Regex Ours();

    [GeneratedRegex("BTC|ETH")]
    private static partial Regex Symbol();
}
