using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Cli.Rig;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.Simulator.Kafka;

namespace K2.Cli.Bench.Chaos;

/// <summary>Disrupts a running platform; which disruption, where and for how long comes from the seed. What dies is started again soon after.</summary>
internal sealed class ChaosStorm(ChaosRig rig, int seed, TimeProvider time)
{
    private const int NotLeader = 6;
    private const int RequestTimedOut = 7;
    private static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);
    private static readonly ProtocolStep[] Steps = [.. Enum.GetValues<ProtocolStep>().Where(step => step != ProtocolStep.Idle)];
    private static readonly FaultKind[] FeedFaults = [FaultKind.CutConnections, FaultKind.NetworkDown];
    private readonly Random _random = new(seed);
    private readonly List<(RigProcess Silo, long At)> _starts = [];
    private int _step;

    /// <summary>How often each kind of disruption happened.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a SIGKILL hit each step.</summary>
    public Dictionary<ProtocolStep, int> Hits { get; } = Steps.ToDictionary(step => step, _ => 0);

    /// <summary>Silos that ended without a signal, and were started again.</summary>
    public List<string> Ended { get; } = [];

    /// <summary>Makes one disruption and says what it was.</summary>
    public async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        var choice = _random.Next(100);
        var silo = rig.Silos[_random.Next(rig.Silos.Count)];
        return choice switch
        {
            < 30 => await KillAtStepAsync(silo, cancellationToken),
            < 42 => await KillAsync(silo, cancellationToken),
            < 54 => await TerminateAsync(silo, cancellationToken),
            < 58 when rig.Silos.Count > 1 => await KillTwoAsync(cancellationToken),
            < 63 when rig.Silos.Count > 1 => await FreezeAsync(silo, cancellationToken),
            < 71 when rig.Kafka is not null => await BrokersDownAsync(cancellationToken),
            < 77 when rig.Kafka is not null => MoveLeaders(),
            < 84 when rig.Kafka is not null => RefuseRequests(),
            < 92 => KillEngine(),
            _ => FeedFault(),
        };
    }

    /// <summary>Starts what is to be started by now, and whatever ended by itself.</summary>
    public void Tend(bool all = false)
    {
        var now = time.GetTimestamp();
        foreach (var start in _starts.Where(start => all || start.At <= now).ToList())
        {
            _starts.Remove(start);
            start.Silo.Start();
        }

        foreach (var silo in rig.Silos.Where(silo => silo.EndedByItself))
        {
            Ended.Add($"{silo.Name}: {LastWord(silo)}");
            silo.Start();
        }

        foreach (var silo in rig.Silos.Where(silo => all && !silo.IsRunning)) silo.Start();
    }

    private async Task<string> KillAtStepAsync(RigProcess silo, CancellationToken cancellationToken)
    {
        var wanted = Steps[_step++ % Steps.Length];

        // Only the silo that has a connector receives and appends.
        var hit = silo.IsRunning ? await silo.KillAtAsync(wanted, HoldLimit, time, cancellationToken) : ProtocolStep.Idle;
        return Killed(silo, hit, $"killed at {wanted}");
    }

    private async Task<string> KillAsync(RigProcess silo, CancellationToken cancellationToken) => Killed(silo, await silo.KillAsync(cancellationToken), "killed");

    private async Task<string> KillTwoAsync(CancellationToken cancellationToken)
    {
        var first = _random.Next(rig.Silos.Count);
        var second = (first + 1) % rig.Silos.Count;
        var text = Killed(rig.Silos[first], await rig.Silos[first].KillAsync(cancellationToken), "killed");
        return text + ", " + Killed(rig.Silos[second], await rig.Silos[second].KillAsync(cancellationToken), "killed");
    }

    private string Killed(RigProcess silo, ProtocolStep hit, string what)
    {
        if (hit != ProtocolStep.Idle) Hits[hit]++;
        Count("SIGKILL of a silo");
        StartLater(silo);
        return $"{silo.Name} {what} in {hit}";
    }

    private async Task<string> TerminateAsync(RigProcess silo, CancellationToken cancellationToken)
    {
        Count("SIGTERM and start (rebalance)");
        var start = time.GetTimestamp();
        var hadStarted = silo.HasStarted;
        var inOrder = await silo.TerminateAsync(StopLimit, cancellationToken);
        StartLater(silo);
        if (!inOrder && hadStarted) Ended.Add($"{silo.Name} did not end in order after SIGTERM: {LastWord(silo)}");
        return string.Create(CultureInfo.InvariantCulture, $"{silo.Name} terminated in {time.GetElapsedTime(start).TotalSeconds:0.0} s");
    }

    private async Task<string> FreezeAsync(RigProcess silo, CancellationToken cancellationToken)
    {
        Count("SIGSTOP for seconds, then SIGCONT (zombie)");
        var length = Seconds(6, 14);
        await silo.SignalAsync(stop: true);
        await Task.Delay(length, time, cancellationToken);
        await silo.SignalAsync(stop: false);
        return string.Create(CultureInfo.InvariantCulture, $"{silo.Name} frozen for {length.TotalSeconds:0.0} s");
    }

    private async Task<string> BrokersDownAsync(CancellationToken cancellationToken)
    {
        Count("brokers down and up");
        var all = _random.Next(2) == 0;
        var length = Seconds(1, 5);
        var brokers = all ? Enumerable.Range(1, RigKafka.Brokers).ToList() : [1 + _random.Next(RigKafka.Brokers)];
        foreach (var broker in brokers) rig.Kafka!.Cluster.SetDown(broker);
        await Task.Delay(length, time, cancellationToken);
        foreach (var broker in brokers) rig.Kafka!.Cluster.SetUp(broker);
        return string.Create(CultureInfo.InvariantCulture, $"{(all ? "all brokers" : "one broker")} down for {length.TotalSeconds:0.0} s");
    }

    private string MoveLeaders()
    {
        Count("leaders moved");
        foreach (var topic in rig.Kafka!.Log.Topics)
        {
            for (var partition = 0; partition < topic.Partitions; partition++) rig.Kafka.Cluster.SetLeader(topic.Name, partition, 1 + _random.Next(RigKafka.Brokers));
        }

        return "leaders of all partitions moved";
    }

    private string RefuseRequests()
    {
        Count("requests refused by brokers");
        var kinds = new[] { MockKafkaRequest.Produce, MockKafkaRequest.Fetch, MockKafkaRequest.OffsetCommit };
        var kind = kinds[_random.Next(kinds.Length)];
        var errors = Enumerable.Range(0, 1 + _random.Next(20)).Select(_ => _random.Next(2) == 0 ? NotLeader : RequestTimedOut).ToArray();

        // A commit knows no leader.
        rig.Kafka!.Cluster.PushErrors(kind, kind == MockKafkaRequest.OffsetCommit ? [.. errors.Select(_ => RequestTimedOut)] : errors);
        return $"{errors.Length} requests refused: {kind}";
    }

    private string KillEngine()
    {
        Count("SIGKILL of ClickHouse");
        return rig.KillEngine() ? "ClickHouse killed" : "ClickHouse was just starting";
    }

    private string FeedFault()
    {
        Count("exchange cut off");
        var venue = rig.Venues.All[_random.Next(rig.Venues.All.Count)];
        var kind = FeedFaults[_random.Next(FeedFaults.Length)];
        venue.Inject(kind, 1, Seconds(1, 4));
        return $"{kind} on {venue.Exchange.ToName()}";
    }

    /// <summary>Why it ended: the last line that is no place in the code.</summary>
    private static string LastWord(RigProcess silo) =>
        silo.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("---", StringComparison.Ordinal)) ?? "no word";

    private void StartLater(RigProcess silo)
    {
        if (_starts.Any(start => start.Silo == silo)) return;
        _starts.Add((silo, time.GetTimestamp() + (long)(_random.NextDouble() * 3 * time.TimestampFrequency)));
    }

    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + (_random.NextDouble() * (most - least)));

    private void Count(string kind) => Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
}
