using System.Globalization;

namespace K2.Cli.Compose;

/// <summary>What a cluster may take, and whether that fits into the host it is made for.</summary>
internal static class ClusterBudget
{
    /// <summary>Processors of the host.</summary>
    public const decimal HostCpus = 16;

    /// <summary>Memory of the host: 40 GB, counted as docker counts, in steps of 1024.</summary>
    public const long HostMemoryBytes = 40L << 30;

    /// <summary>The most processors that one container may have.</summary>
    public const decimal ServiceCpus = 4;

    /// <summary>Returns the sum over all containers of some services; those without a limit count nothing and are a problem of their own.</summary>
    public static (decimal Cpus, long MemoryBytes) Total(IEnumerable<ComposeService> services) =>
        services.Aggregate((Cpus: 0m, MemoryBytes: 0L), (sum, service) => (sum.Cpus + service.Replicas * (service.Cpus ?? 0), sum.MemoryBytes + service.Replicas * (service.MemoryBytes ?? 0)));

    /// <summary>Returns what does not fit, one sentence each.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyList<ComposeService> services)
    {
        var problems = new List<string>();
        foreach (var service in services)
        {
            if (service.Cpus is null || service.MemoryBytes is null) problems.Add($"{service.Name} has no limit of {(service.Cpus is null ? "processors" : "memory")}: write one below deploy, resources, limits.");
            if (service.Cpus > ServiceCpus) problems.Add(Text($"{service.Name} may take {service.Cpus} CPUs and no container more than {ServiceCpus}: lower it, or run more replicas."));
        }

        var (cpus, memory) = Total(services);
        if (cpus > HostCpus) problems.Add(Text($"all services together may take {cpus} CPUs and the host has {HostCpus}: lower some limits."));
        if (memory > HostMemoryBytes) problems.Add($"all services together may take {Gibibytes(memory)} and the host has {Gibibytes(HostMemoryBytes)}: lower some limits.");
        return problems;
    }

    /// <summary>Writes a size as people read it.</summary>
    public static string Gibibytes(long bytes) => Text($"{(decimal)bytes / (1L << 30):0.##} GiB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
