namespace K2.Cli.Bench.Chaos;

/// <summary>One shape of the platform under disruptions.</summary>
/// <param name="Name">What it is called on the command line and in the report.</param>
/// <param name="Silos">Silos that run; more than one find each other through Redis and share one ClickHouse.</param>
/// <param name="HasKafka">Whether the log is in Kafka, else in the silo's folder.</param>
/// <param name="Share">Its part of the run's length.</param>
internal sealed record ChaosPhase(string Name, int Silos, bool HasKafka, double Share)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ChaosPhase> All { get; } =
    [
        new("cluster", 3, true, 0.7),
        new("single-kafka", 1, true, 0.15),
        new("single-embedded", 1, false, 0.15),
    ];
}
