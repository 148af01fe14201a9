using System.Text.Json;
using System.Text.RegularExpressions;
using K2.TestKit;

namespace K2.Api.Tests.Compose;

/// <summary>The provisioned dashboard can be read and asks only for the metrics that it lists.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] Functions = ["sum", "rate", "min", "max", "increase", "histogram_quantile"];

    [Fact]
    public void Panels_AskForTheMetricsOfTheListAndNoOthers()
    {
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Text("grafana/dashboards/overview.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        var listed = panels.Single(panel => panel.GetProperty("type").GetString() == "text").GetProperty("options").GetProperty("content").GetString()!.Split('\n').Select(line => line[2..]);

        var asked = panels.Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => Name().Matches(Around().Replace(target.GetProperty("expr").GetString()!, "")).Select(match => match.Value)).Except(Functions).Distinct();

        Assert.Equal(listed, asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dashboard_HasARowForEachPartOfThePlatform_OnTheProvisionedSource()
    {
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Text("grafana/dashboards/overview.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(["Feeds", "Lag", "Writer", "Export", "Resources"], panels.Where(panel => panel.GetProperty("type").GetString() == "row").Select(panel => panel.GetProperty("title").GetString()));
        Assert.All(panels.Where(panel => panel.TryGetProperty("datasource", out _)), panel => Assert.Equal("prometheus", panel.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.Contains("uid: prometheus", RepositoryFiles.Text("grafana/provisioning/datasources/prometheus.yml"), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)")]
    private static partial Regex Around();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Name();
}
