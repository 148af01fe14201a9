namespace K2.Abstractions.Retention;

/// <summary>Drops what is both old and in the cold tier.</summary>
public interface IRetention
{
    /// <summary>Looks at every table once and drops whole partitions; what is old and not covered stays and is told with its size.</summary>
    Task<IReadOnlyList<RetentionOutcome>> RunAsync(CancellationToken cancellationToken);
}
