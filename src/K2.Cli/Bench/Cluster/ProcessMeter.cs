using System.Diagnostics;
using K2.Cli.Rig;

namespace K2.Cli.Bench.Cluster;

/// <summary>Processor time and resident memory of a rig's processes over a while.</summary>
internal sealed class ProcessMeter
{
    private readonly Dictionary<string, Reading> _readings = [];

    /// <summary>Looks at every process; the first look is the one that processor time is counted from.</summary>
    public void Look(ClusterRig rig)
    {
        foreach (var (name, id) in Processes(rig)) Look(name, id);
    }

    /// <summary>Processor seconds and the most memory in bytes of each process since the first look.</summary>
    public IEnumerable<(string Name, double Seconds, long Memory)> Read() => _readings.Select(pair => (pair.Key, pair.Value.Seconds, pair.Value.Memory));

    private static IEnumerable<(string Name, int? Id)> Processes(ClusterRig rig) =>
        [.. rig.Silos.Select(silo => (silo.Name, silo.ProcessId)), ("api", rig.Api.ProcessId), ("clickhouse", rig.Warehouse.EngineProcessId), ("redis", rig.RedisId), ("exchanges, brokers, store", Environment.ProcessId)];

    private void Look(string name, int? id)
    {
        if (id is not { } known) return;
        try
        {
            using var process = Process.GetProcessById(known);
            var seconds = process.TotalProcessorTime.TotalSeconds;
            var before = _readings.GetValueOrDefault(name) ?? new Reading(seconds, 0, 0);
            _readings[name] = before with { Seconds = seconds - before.First, Memory = Math.Max(before.Memory, process.WorkingSet64) };
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended between two looks; what is known of it stands.
        }
    }

    private sealed record Reading(double First, double Seconds, long Memory);
}
