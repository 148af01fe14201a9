using K2.Domain;

namespace K2.Abstractions.Retention;

/// <summary>Answers what the cold tier safely holds. Retention drops nothing else.</summary>
public interface IColdCoverage
{
    /// <summary>Returns the moment before which every row of a table is in the cold tier, by the time that its partitions are cut by, or null if nothing is.</summary>
    Task<Timestamp?> CoveredUntilAsync(RetainedTable table, CancellationToken cancellationToken);
}
