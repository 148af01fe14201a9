using System.CommandLine;
using System.Globalization;
using K2.Cli.Bench;
using K2.Cli.Commands;
using K2.Domain.Instruments;
using K2.Exchanges;

namespace K2.Cli.Rig;

/// <summary><c>k2 rig up</c>: the cluster as processes of this machine, to look at and to break by hand.</summary>
internal static class RigCommand
{
    private const int KeptTrades = 200_000;
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);

    /// <summary>Addresses of real brokers, from <c>K2_KAFKA_BOOTSTRAP</c>; null where the mock cluster is to be taken.</summary>
    public static string? Brokers => Environment.GetEnvironmentVariable("K2_KAFKA_BOOTSTRAP") is { Length: > 0 } given ? given : null;

    /// <summary>The option for pairs of connections.</summary>
    public static Option<bool> Pairs() => new("--pairs") { Description = "two connections to each exchange, in two silos" };

    public static Command Create(CliServices services)
    {
        var silos = new Option<int>("--silos") { Description = "1 to 9", DefaultValueFactory = _ => 3 };
        var rate = new Option<int>("--trades-per-second") { Description = "over all exchanges, 3 to 100000", DefaultValueFactory = _ => 50 };
        var seed = new Option<int>("--seed") { Description = "same seed, same trades but for their times", DefaultValueFactory = _ => 1 };
        var port = new Option<int>("--port") { Description = "port of the API; 0 takes a free one", DefaultValueFactory = _ => 8180 };
        var minutes = new Option<int>("--cold-minutes") { Description = "minutes between two exports, a divisor of a day", DefaultValueFactory = _ => 15 };
        var pairs = Pairs();
        var folder = new Option<string?>("--folder") { Description = "an empty folder for the data (default: a temporary one, which is deleted in the end)" };
        var assembly = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var up = new Command("up", "start Redis, brokers, ClickHouse, an object store, exchanges, silos and an API on this machine, until Ctrl-C") { silos, rate, seed, port, minutes, pairs, folder, assembly };
        up.SetAction(async (parsed, cancellationToken) =>
        {
            var own = parsed.GetValue(folder);
            if (own is not null && Directory.Exists(own) && Directory.EnumerateFileSystemEntries(own).Any()) throw CliException.Usage($"--folder '{own}' is not empty: the exchanges and brokers of a rig begin anew each time.");
            var path = own is null ? Directory.CreateTempSubdirectory("k2-rig-").FullName : Directory.CreateDirectory(own).FullName;
            try
            {
                var options = new RigOptions
                {
                    Silo = BenchCommand.Silo(parsed.GetValue(assembly)),
                    Folder = path,
                    Silos = SimulateCommand.Checked("--silos", parsed.GetValue(silos), 1, 9),
                    TradesPerSecond = SimulateCommand.Checked("--trades-per-second", parsed.GetValue(rate), 3, 100_000),
                    Seed = SimulateCommand.Checked("--seed", parsed.GetValue(seed), 0, int.MaxValue),
                    Pairs = parsed.GetValue(pairs),
                    ApiPort = SimulateCommand.Checked("--port", parsed.GetValue(port), 0, 65_535),
                    ColdMinutes = parsed.GetValue(minutes) is >= 1 and <= 1440 and var interval && 1440 % interval == 0 ? interval : throw CliException.Usage("--cold-minutes takes a divisor of 1440."),
                    KeptTrades = KeptTrades,
                    Brokers = Brokers,
                };
                return await RunAsync(options, services, cancellationToken);
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
            {
                throw CliException.Failed(failure.Message, failure);
            }
            finally
            {
                if (own is null) Directory.Delete(path, true);
            }
        });
        return new Command("rig", "the cluster as processes of this machine") { up };
    }

    private static async Task<int> RunAsync(RigOptions options, CliServices services, CancellationToken cancellationToken)
    {
        var output = services.Terminal.Out;
        await using var rig = await ClusterRig.StartAsync(options, InstrumentFile.Load(InstrumentFile.DefaultPath), services.Time, cancellationToken);
        await output.WriteLineAsync("SIMULATED exchanges; no real market data.");
        foreach (var (name, id, address) in Parts(rig)) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {(id is { } process ? $"process {process}" : "this process"),-16} {address}"));
        await output.WriteLineAsync($"k2 status --server {rig.ApiUrl.ToString().TrimEnd('/')}     data in {options.Folder}");
        await output.FlushAsync(cancellationToken);
        var start = services.Time.GetTimestamp();
        var (told, ended) = (start, 0);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var one in rig.Ended.Skip(ended)) await output.WriteLineAsync($"ended and is started again: {one}");
                ended = rig.Ended.Count;

                if (services.Time.GetElapsedTime(told) < Report) continue;
                told = services.Time.GetTimestamp();
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{services.Time.GetElapsedTime(start).TotalSeconds:0} s: {rig.Venues.Made} trades made"));
                await output.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync("ends the API and the silos");
            foreach (var late in await rig.StopAsync(CancellationToken.None)) await output.WriteLineAsync(late);
        }

        return ExitCode.Ok;
    }

    private static IEnumerable<(string Name, int? Id, string Address)> Parts(ClusterRig rig)
    {
        yield return ("redis", rig.RedisId, rig.RedisAddress);
        yield return ("clickhouse", rig.Warehouse.EngineProcessId, rig.Warehouse.Url.ToString());
        yield return ("brokers", null, rig.Kafka.Bootstraps);
        yield return ("store", null, rig.Store.Url.ToString());
        foreach (var venue in rig.Venues.All) yield return (venue.Exchange.ToName(), null, venue.WebSocketEndpoint.ToString());
        foreach (var silo in rig.Silos) yield return (silo.Name, silo.ProcessId, silo.Data);
        yield return ("api", rig.Api.ProcessId, rig.ApiUrl.ToString());
    }
}
