namespace K2.Streaming.Tests.Provider;

/// <summary>What goes wrong in the test grain, by chance of a seed or by a switch.</summary>
internal sealed class FaultPlan(int seed = 0)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public double FailBefore { get; init; }

    public double FailAfter { get; init; }

    public double Deactivate { get; init; }

    public double Slow { get; init; }

    public bool IsOver { get; set; }

    public bool Hits(double chance)
    {
        lock (_gate) return !IsOver && chance > 0 && _random.NextDouble() < chance;
    }
}
