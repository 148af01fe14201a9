namespace K2.Api.Status;

/// <summary>Whether this process wants requests. The host says when it does no more. Thread-safe.</summary>
public sealed class Readiness
{
    private volatile bool _isDraining;

    /// <summary>Whether the process ends.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Makes <c>/health/ready</c> answer 503 from now on.</summary>
    public void Drain() => _isDraining = true;
}
