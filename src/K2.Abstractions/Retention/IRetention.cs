namespace K2.Abstractions.Retention;

/// <summary>Drops what is both old and in the cold tier.</summary>
public interface IRetention
{
    /// <summary>Looks at every table once and drops whole partitions; what is old and not covered stays and is told with its size.</summary>
    Task<IReadOnlyList<RetentionOutcome>> RunAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps some days for <see cref="RetentionOptions.Restored"/> of the data's clock, however old they are. To be called before their rows come back: what was looked at
    /// before that goes, what is inserted behind it stays.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="fromDay">The first day, in days since 1970-01-01 UTC.</param>
    /// <param name="untilDay">The end of the days, exclusive.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="K2Exception">ClickHouse does not take it: nothing is held.</exception>
    Task HoldAsync(RetainedTable table, int fromDay, int untilDay, CancellationToken cancellationToken);
}
