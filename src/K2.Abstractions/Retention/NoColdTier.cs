using K2.Domain;

namespace K2.Abstractions.Retention;

/// <summary>A platform without a cold tier: nothing is covered, so nothing is dropped.</summary>
public sealed class NoColdTier : IColdCoverage
{
    /// <summary>The instance.</summary>
    public static NoColdTier Instance { get; } = new();

    /// <inheritdoc/>
    public Task<Timestamp?> CoveredUntilAsync(RetainedTable table, CancellationToken cancellationToken) => Task.FromResult<Timestamp?>(null);
}
