using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using K2.TestKit;
using YamlDotNet.RepresentationModel;

namespace K2.Api.Tests.Compose;

/// <summary>The alerts' rules: they can be read, and the numbers in them are those of the cluster and of the dashboard.</summary>
public sealed partial class AlertTests
{
    private const string Name = "grafana/prometheus/rules/alerts.yml";

    private static Dictionary<string, string> Rules { get; } = Read();

    [Theory]
    [InlineData("SiloMissing", "silo")]
    [InlineData("ApiMissing", "api")]
    public void Missing_OfAService_IsFewerThanItsReplicas(string alert, string service)
    {
        var replicas = ComposeYaml.Map(ComposeYaml.Services[service]["deploy"]).GetValueOrDefault("replicas", "1");

        Assert.Equal($"count(up{{job=\"{service}\"}}) < {replicas} or absent(up{{job=\"{service}\"}})", Rules[alert]);
    }

    [Fact]
    public void ExportLate_IsTheAgeThatTheDashboardShowsAndNames()
    {
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Text("grafana/dashboards/overview.json"));
        var panel = dashboard.RootElement.GetProperty("panels").EnumerateArray().Single(panel => panel.GetProperty("title").GetString() == "Age of the cold tables");
        var parts = Rules["ColdExportLate"].Split(" > ");

        Assert.Equal(panel.GetProperty("targets")[0].GetProperty("expr").GetString(), parts[0]);
        Assert.Equal(
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            60 * int.Parse(Minutes().Match(panel.GetProperty("description").GetString()!).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Rules_AreAcceptedByPrometheusItself()
    {
        var start = new ProcessStartInfo("promtool", ["check", "rules", RepositoryFiles.Path(Name)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(process.ExitCode == 0, await output + error);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"SUCCESS: {Rules.Count} rules found"), await output + error, StringComparison.Ordinal);
        }
        catch (Win32Exception)
        {
            Assert.Skip("promtool is not installed: apt-get install prometheus");
        }
    }

    private static Dictionary<string, string> Read()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(RepositoryFiles.Text(Name)));
        return ((YamlSequenceNode)yaml.Documents.Single().RootNode["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]).ToDictionary(rule => (string)rule["alert"]!, rule => (string)rule["expr"]!, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"More than (\d+) minutes")]
    private static partial Regex Minutes();
}
