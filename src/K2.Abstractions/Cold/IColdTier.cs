using K2.Abstractions.Cold.Tables;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Cold;

/// <summary>The cold tier of the platform: tables of Parquet files in a folder or a bucket. Thread-safe; any number of silos may have one over the same tables.</summary>
public interface IColdTier
{
    /// <summary>Where the tables are.</summary>
    string Location { get; }

    /// <summary>Why nothing can be done with the tables, as it was when that was last tried, in a sentence without secrets; null if it can.</summary>
    string? Problem { get; }

    /// <summary>The tables that are kept.</summary>
    IReadOnlyList<ColdTable> Tables { get; }

    /// <summary>Returns the data's clock: the newest exchange time in the warehouse, or null while it is empty.</summary>
    Task<Timestamp?> ClockAsync(CancellationToken cancellationToken);

    /// <summary>Brings a table up to what is durable in the warehouse, compares what it took over, and records both.</summary>
    /// <exception cref="K2Exception">It could not be done; the table is as it was, or further. Repeating it is always right.</exception>
    Task<ColdExportOutcome> ExportAsync(ColdTable table, CancellationToken cancellationToken);

    /// <summary>Compacts closed partitions, lets old snapshots go, merges manifests and deletes what nothing refers to. Done again it does nothing.</summary>
    Task<ColdMaintenanceOutcome> MaintainAsync(ColdTable table, CancellationToken cancellationToken);

    /// <summary>Compares a table with the warehouse and with its own files.</summary>
    /// <param name="table">The table.</param>
    /// <param name="fromDay">The first day, in days since 1970-01-01 UTC; null is the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<ColdAuditOutcome> AuditAsync(ColdTable table, int? fromDay, CancellationToken cancellationToken);

    /// <summary>Compares one day of a table with the warehouse, at the table's positions; returns what differs, or null.</summary>
    /// <param name="table">The table.</param>
    /// <param name="day">The day, in days since 1970-01-01 UTC.</param>
    /// <param name="exchange">The exchange's name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<string?> DifferenceAsync(ColdTable table, int day, string exchange, CancellationToken cancellationToken);

    /// <summary>Returns a table's snapshots, newest first; none if it was never exported.</summary>
    Task<IReadOnlyList<ColdSnapshot>> SnapshotsAsync(ColdTable table, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts a table's rows of some days into the warehouse, where they are what they were: rows that are there already stay single. For trades, candles and their history.
    /// </summary>
    /// <returns>The number of rows that were inserted.</returns>
    Task<long> RestoreAsync(ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken);

    /// <summary>Returns the highest position of each instrument in any table: a new log must begin above them.</summary>
    Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken);

    /// <summary>Returns the same of the raw log, by exchange and partition (<c>binance/0</c>).</summary>
    Task<IReadOnlyDictionary<string, LogPosition>> HighestRawPositionsAsync(CancellationToken cancellationToken);
}
