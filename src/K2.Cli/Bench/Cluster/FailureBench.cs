using System.Globalization;
using K2.Cli.Bench.Soak;
using K2.Cli.Rig;
using K2.Contracts.Cold;
using K2.Domain.Instruments;
using K2.Simulator.ObjectStore;

namespace K2.Cli.Bench.Cluster;

/// <summary>
/// <c>k2 bench failures</c>: the cluster as processes under load, and one part after another dies, hangs, or is cut off. After each the time is taken until trades are in ClickHouse as soon as usual;
/// at the end trades and candles must equal the exchanges' ledgers and the cold tables the warehouse.
/// </summary>
internal sealed class FailureBench(FailureOptions options, InstrumentTable instruments, TextWriter output, TimeProvider time)
{
    private const int Megabytes = 24;
    private const int ShownDifferences = 20;
    private static readonly TimeSpan CalmLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    /// <summary>Returns the names of all failures.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["silo1", "silo2", "silo3", "two-silos", "api", "clickhouse", "redis", "redis-silo", "brokers", "store", "zombie", "partition", "disk", "clock-ahead", "clock-behind"];

    private TimeSpan Quiet => TimeSpan.FromSeconds(8) * Math.Sqrt(options.Scale);

    /// <summary>Runs the failures; true if each was survived and nothing was lost, doubled or wrong.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var cage = NetworkCage.TryCreate();
        using var disk = TmpfsDisk.TryMount(Megabytes);
        var clock = SkewedClock.TryCreate(Path.Combine(options.Folder, "clock"));
        var places = new Dictionary<int, RigPlace>
        {
            [0] = new RigPlace { Environment = clock?.Environment ?? new Dictionary<string, string>() },
            [1] = new RigPlace { Data = disk is null ? null : Path.Combine(disk.Path, "data") },
            [2] = cage is null ? new RigPlace() : new RigPlace { Launcher = cage.Launcher, Address = cage.Address },
        };
        await using var rig = await ClusterRig.StartAsync(
            new RigOptions { Silo = options.Silo, Folder = options.Folder, Seed = options.Seed, TradesPerSecond = options.TradesPerSecond, ColdMinutes = 1, Pairs = options.Pairs, Brokers = options.Brokers, Place = index => places.GetValueOrDefault(index) ?? new RigPlace() },
            instruments,
            time,
            cancellationToken);
        Print(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {options.TradesPerSecond} trades/s over {instruments.All.Count} instruments, 3 silos and an API{(options.Pairs ? ", two connections to each exchange" : "")}"));
        var rows = new List<FailureRow>();
        await using (var watch = new FlowWatch(rig, time))
        await using (var probe = ApiProbe.Of(rig, instruments, time))
        {
            var calm = time.GetTimestamp();
            if (!await watch.CalmAsync(Quiet, CalmLimit, cancellationToken)) return Verdict($"trades do not flow within {FlowWatch.Seconds(FlowWatch.Normal)} s before anything failed");
            Print($"before anything failed: trades are in ClickHouse {FlowWatch.Seconds(watch.Usual(calm))} s after they were made (median)");
            foreach (var failure in Failures(rig, cage, disk, clock).Where(failure => options.Only.Count == 0 || options.Only.Contains(failure.Name)))
            {
                var row = failure.Skipped.Length > 0 ? new FailureRow(failure, true, default, default, default, null, 0, 0, 0, default) : await FailAsync(rig, watch, probe, failure, cancellationToken);
                rows.Add(row);
                Print(row.ToString());
                if (!row.IsCalm) break;
            }
        }

        return await JudgeAsync(rig, rows, cancellationToken);
    }

    private async Task<FailureRow> FailAsync(ClusterRig rig, FlowWatch watch, ApiProbe probe, ClusterFailure failure, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var measured = since;
        await failure.Begin(cancellationToken);
        if (failure.Stops)
        {
            await Task.Delay(Lasts(failure), time, cancellationToken);
            measured = time.GetTimestamp();
            await failure.End!(cancellationToken);
        }

        var isCalm = await watch.CalmAsync(Quiet, CalmLimit, cancellationToken);
        var (streams, flow, oldest) = (watch.StreamsDisturbed(measured), watch.FlowDisturbed(measured), watch.Oldest(since));
        TimeSpan? back = null;
        if (isCalm && !failure.Stops && failure.End is not null)
        {
            if (time.GetElapsedTime(since) is var elapsed && elapsed < Lasts(failure)) await Task.Delay(Lasts(failure) - elapsed, time, cancellationToken);
            var returned = time.GetTimestamp();
            await failure.End(cancellationToken);
            isCalm = await rig.UntilAsync(() => rig.AreReadyAsync(cancellationToken), "the return of the silos", ReadyLimit, cancellationToken, mayExpire: true) && await watch.CalmAsync(Quiet, CalmLimit, cancellationToken);
            back = watch.FlowDisturbed(returned);
        }

        var answers = probe.Since(since);
        var errors = answers.Where(answer => answer.IsError).ToList();
        foreach (var error in errors.GroupBy(error => error.Error.Length > 120 ? error.Error[..120] : error.Error)) Print($"  {error.Count()} times: {error.Key.ReplaceLineEndings(" ")}");
        return new FailureRow(
            failure, isCalm, streams, flow, oldest, back, answers.Count, errors.Count(error => error.MayRepeat), errors.Count(error => !error.MayRepeat),
            errors.Select(error => time.GetElapsedTime(measured, error.Began)).DefaultIfEmpty().Max());
    }

    private static IEnumerable<ClusterFailure> Failures(ClusterRig rig, NetworkCage? cage, TmpfsDisk? disk, SkewedClock? clock)
    {
        foreach (var silo in rig.Silos) yield return new ClusterFailure { Name = silo.Name, What = $"SIGKILL of {silo.Name}", Begin = silo.KillAsync, End = Start(silo) };
        yield return new ClusterFailure
        {
            Name = "two-silos",
            What = "SIGKILL of two silos at once",
            Begin = token => Task.WhenAll(rig.Silos[0].KillAsync(token), rig.Silos[2].KillAsync(token)),
            End = Start(rig.Silos[0], rig.Silos[2]),
        };
        yield return new ClusterFailure
        {
            Name = "api",
            What = "SIGKILL of the API, started again at once",
            Begin = async token =>
            {
                await rig.Api.KillAsync(token);
                rig.Api.Start();
            },
        };
        yield return new ClusterFailure { Name = "clickhouse", What = "SIGKILL of ClickHouse, started again at once", Begin = Now(() => rig.KillEngine()) };
        yield return new ClusterFailure { Name = "redis", What = "SIGKILL of Redis, back after 10 s", Begin = Now(rig.KillRedis), Lasts = TimeSpan.FromSeconds(10), End = rig.StartRedisAsync };
        yield return new ClusterFailure
        {
            Name = "redis-silo",
            What = "SIGKILL of Redis and of silo1, Redis back after 10 s",
            Begin = async token =>
            {
                rig.KillRedis();
                await rig.Silos[0].KillAsync(token);
            },
            Stops = true,
            Lasts = TimeSpan.FromSeconds(10),
            End = async token =>
            {
                await rig.StartRedisAsync(token);
                rig.Silos[0].Start();
            },
        };
        yield return new ClusterFailure
        {
            Name = "brokers",
            What = "all brokers down for 2 minutes",
            Skipped = rig.Kafka.Mock is null ? "the brokers are real" : "",
            Begin = Now(rig.Kafka.SetAllDown),
            Stops = true,
            Lasts = TimeSpan.FromMinutes(2),
            End = Now(rig.Kafka.SetAllUp),
        };
        yield return new ClusterFailure
        {
            Name = "store",
            What = "object store down for 3 exports (3 minutes, an export each minute)",
            Begin = Now(() => rig.Store.Faults = (_, _) => S3Fault.RefuseBefore),
            Lasts = TimeSpan.FromMinutes(3),
            End = Now(() => rig.Store.Faults = (_, _) => S3Fault.None),
        };
        yield return new ClusterFailure { Name = "zombie", What = "SIGSTOP of silo2 for 60 s, then SIGCONT (zombie)", Begin = _ => rig.Silos[1].SignalAsync(stop: true), Lasts = TimeSpan.FromSeconds(60), End = _ => rig.Silos[1].SignalAsync(stop: false) };
        yield return new ClusterFailure
        {
            Name = "partition",
            What = "silo3 cut off from everything for 60 s",
            Skipped = cage is null ? "a network namespace needs root" : "",
            Begin = Now(() => cage!.Cut()),
            Lasts = TimeSpan.FromSeconds(60),
            End = Now(() => cage!.Join()),
        };
        yield return new ClusterFailure { Name = "disk", What = "silo2's disk full for 90 s, an export meanwhile", Skipped = disk is null ? "a tmpfs needs root" : "", Begin = Now(() => disk!.Fill()), Lasts = TimeSpan.FromSeconds(90), End = Now(() => disk!.Clear()) };
        foreach (var (name, minutes) in ((string, int)[])[("clock-ahead", 5), ("clock-behind", -5)])
        {
            yield return new ClusterFailure
            {
                Name = name,
                What = string.Create(CultureInfo.InvariantCulture, $"silo1's clock jumps by {minutes} minutes, back after 60 s"),
                Skipped = clock is null ? "a clock that jumps needs Linux and a C compiler" : "",
                Begin = Now(() => clock!.Set(TimeSpan.FromMinutes(minutes))),
                Lasts = TimeSpan.FromSeconds(60),
                End = Now(() => clock!.Set(TimeSpan.Zero)),
            };
        }
    }

    private async Task<bool> JudgeAsync(ClusterRig rig, List<FailureRow> rows, CancellationToken cancellationToken)
    {
        var settled = await rig.SettleAsync(cancellationToken);
        var problems = settled ? await rig.ColdAsync(ColdWork.Export, cancellationToken) : await rig.UnsettledAsync(cancellationToken);
        if (settled && problems.Count == 0) problems = await rig.ColdAsync(ColdWork.Audit, cancellationToken);
        var late = await rig.StopAsync(cancellationToken);
        var (differences, trades, candles) = await new LedgerComparison(instruments, time).CompareAsync(rig.Warehouse, rig.Venues.All, cancellationToken);
        Print(FailureRow.Header);
        foreach (var row in rows) Print(row.ToString());
        foreach (var ended in rig.Ended) Print("ended by itself and was started again: " + ended);
        foreach (var line in differences.Take(ShownDifferences).Concat(problems)) Print("  " + line);
        Print(string.Create(CultureInfo.InvariantCulture, $"{trades} trades and {candles} candles compared with the ledgers: {(differences.Count == 0 ? "equal" : "DIFFERENT")}; cold tables {(!settled ? "not compared" : problems.Count == 0 ? "equal to the warehouse" : "DIFFERENT")}"));
        return Verdict(
            rows.FirstOrDefault(row => !row.IsCalm) is { } open ? $"{open.Failure.Name}: trades did not flow as usual within {CalmLimit.TotalMinutes:0} minutes"
            : !settled ? "not all trades were stored in the end"
            : differences.Count > 0 ? $"{differences.Count} differences"
            : problems.Count > 0 ? "the cold tables differ"
            : late.Count > 0 ? string.Join("; ", late)
            : null,
            $"{rows.Count(row => row.Failure.Skipped.Length == 0)} failures, {rows.Count(row => row.Failure.Skipped.Length > 0)} skipped, {trades} trades, 0 lost, 0 duplicated, 0 wrong candles");
    }

    private TimeSpan Lasts(ClusterFailure failure) => failure.Lasts * options.Scale;

    private static Func<CancellationToken, Task> Start(params RigProcess[] silos) => Now(() => Array.ForEach(silos, silo => silo.Start()));

    private static Func<CancellationToken, Task> Now(Action act) => _ =>
    {
        act();
        return Task.CompletedTask;
    };

    private bool Verdict(string? problem, string passed = "")
    {
        Print(problem is null ? "PASSED: " + passed : "FAILED: " + problem);
        return problem is null;
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
