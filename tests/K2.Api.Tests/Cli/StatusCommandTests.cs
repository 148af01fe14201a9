using System.Text.Json;
using K2.Api.Tests.Hosting;
using K2.Cli;
using K2.Cli.Commands;
using K2.Contracts.Connectors;
using K2.Contracts.Http;

namespace K2.Api.Tests.Cli;

public sealed class StatusCommandTests(TestPlatform platform)
{
    [Fact]
    public void Write_Status_IsPlainText()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var status = new PlatformStatus
        {
            Source = "replay",
            Version = "1.2.3",
            Started = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Now = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            LagRecords = 1_234,
            Counters = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty.Add("frames", 15_863).Add("late", 0),
            Connectors = [new ConnectorStatus { Exchange = "binance", State = "waiting", Desired = ["BTC/USDT"], Confirmed = [], LastError = "[closed]", Connects = 3, LastFrame = null, OpenGaps = 1, GapsFilled = 2 }],
            Symbols = [],
        };

        StatusCommand.Write(status, "http://127.0.0.1:8180", new Terminal(output, TextWriter.Null, Stream.Null, false));

        Assert.Equal(
            """
            K2 1.2.3 at http://127.0.0.1:8180, source replay, up 1d 03:04:05, lag 1,234 records
              stage     count
            ───────────────────
              frames   15,863
              exchange   state     symbols   connects   gaps open   filled   unfillable   last frame   last error
            ───────────────────────────────────────────────────────────────────────────────────────────────────────
              binance    waiting       0/1          3           1        2            0   -            [closed]

            """,
            output.ToString());
    }

    [Fact]
    public void Write_StatusOfACluster_HasEachSilosBuild()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var status = new PlatformStatus
        {
            Source = "live",
            Version = "1.2.3",
            Commit = "0123456789abcdef",
            Role = "api",
            Started = TestClusterGrain.Known.Started!.Value,
            Now = TestClusterGrain.Known.Started.Value.AddHours(25),
            LagRecords = null,
            Counters = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty,
            Connectors = [],
            Symbols = [],
            Silos = [TestClusterGrain.Known, TestClusterGrain.Unknown],
        };

        StatusCommand.Write(status, "http://127.0.0.1:8180", new Terminal(output, TextWriter.Null, Stream.Null, false));

        Assert.Equal(
            """
            K2 1.2.3 (0123456789ab) at http://127.0.0.1:8180, role api, source live, up 1d 01:00:00, lag not known here
              silo             status    role   version   commit                  up
            ──────────────────────────────────────────────────────────────────────────
              10.0.0.1:11111   active    silo   1.2.3     0123456789ab   1d 01:00:00
              10.0.0.2:11111   joining   -      -         -                        -

            """,
            output.ToString());
    }

    [Fact]
    public async Task Status_Json_IsTheApisAnswer()
    {
        var run = await CliRun.OfAsync(["status", "--format", "json", "--server", platform.Endpoints.Url]);

        Assert.Equal(123, JsonSerializer.Deserialize(run.Out, ApiJson.Default.PlatformStatus)!.Counters["frames"]);
    }
}
