using K2.Abstractions.Cold.Tables;
using K2.Domain;

namespace K2.Abstractions.Cold;

/// <summary>What the cold tier reads from the warehouse, and what it writes there. Thread-safe.</summary>
public interface IColdSource
{
    /// <summary>
    /// Returns up to which position every row is durable and will not be joined by another one: of the trade log by instrument, from the checkpoints. A symbol's
    /// checkpoint is written after all of its rows.
    /// </summary>
    Task<IReadOnlyDictionary<string, long>> CheckpointsAsync(CancellationToken cancellationToken);

    /// <summary>Returns the partitions that a table's rows of some ranges lie in. Of a gold table these are the closed candles.</summary>
    Task<IReadOnlyList<ColdSlice>> SlicesAsync(ColdTable table, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a table's rows of one day and exchange, each once, in ClickHouse's Native format with the columns of the table.
    /// The stream is read as fast as it is consumed.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="day">The day, in days since 1970-01-01 UTC.</param>
    /// <param name="exchange">The exchange's name.</param>
    /// <param name="ranges">The positions; null is all rows (of a gold table, of closed candles).</param>
    /// <param name="ordered">Whether they come in the order of <see cref="ColdTable.SortedBy"/>, else in any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<Stream> OpenAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange>? ranges, bool ordered, CancellationToken cancellationToken);

    /// <summary>
    /// Divides what <see cref="OpenAsync"/> gives for some ranges into portions that can be read one after another, where it would take the source memory for each row; else it is one portion.
    /// Every position of the ranges is in one portion.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="day">The day, in days since 1970-01-01 UTC.</param>
    /// <param name="exchange">The exchange's name.</param>
    /// <param name="ranges">The positions.</param>
    /// <param name="most">About how many rows a portion may have, as far as 64 portions do.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<IReadOnlyList<ColdRange>>> PortionsAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, long most, CancellationToken cancellationToken);

    /// <summary>
    /// Returns a position up to which a range of the raw log has about so many frames and at least one, or the range's end if it has fewer: positions say nothing of how many there are where a
    /// range has no beginning, or goes into another epoch.
    /// </summary>
    /// <param name="table">A table of the raw log.</param>
    /// <param name="range">The range.</param>
    /// <param name="most">About how many frames.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<long> BorderAsync(ColdTable table, ColdRange range, long most, CancellationToken cancellationToken);

    /// <summary>Returns how many rows <see cref="OpenAsync"/> gives now; without a day and an exchange those of all days and exchanges.</summary>
    Task<long> CountAsync(ColdTable table, int? day, string? exchange, IReadOnlyList<ColdRange>? ranges, CancellationToken cancellationToken);

    /// <summary>
    /// Returns how many rows of trades are stored for a day and exchange, a row that was written twice and is not yet one counted twice: never fewer than <see cref="CountAsync"/>, in a
    /// fraction of its time.
    /// </summary>
    Task<long> CountStoredAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the earliest partition time of a warm row that lies above its position or has none among the given ones, or that is a candle not closed; null if there is no
    /// such row.
    /// </summary>
    Task<Timestamp?> FirstBeyondAsync(ColdTable table, IReadOnlyDictionary<string, long> positions, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the time of the first warm row behind which no day is without rows, by the column that partitions are cut by; null if there is none. A restored day, or a
    /// warehouse that was lost, leaves a hole.
    /// </summary>
    Task<Timestamp?> UnbrokenSinceAsync(ColdTable table, CancellationToken cancellationToken);

    /// <summary>Returns the data's clock: the newest exchange time of a stored candle, or null if there is none.</summary>
    Task<Timestamp?> ClockAsync(CancellationToken cancellationToken);

    /// <summary>Returns the highest position of an archived frame by exchange and partition of the raw log (<c>binance/0</c>).</summary>
    Task<IReadOnlyDictionary<string, long>> HighestRawPositionsAsync(CancellationToken cancellationToken);

    /// <summary>Inserts rows of a cold table into the table that its view shows. Rows that are there stay what they are.</summary>
    /// <param name="table">A table of trades, candles or their history.</param>
    /// <param name="native">Rows in the Native format with columns of the stored table.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task InsertAsync(ColdTable table, MemoryStream native, CancellationToken cancellationToken);

    /// <summary>Writes what an export did into <c>export_log</c>.</summary>
    Task LogAsync(ColdExportEntry entry, CancellationToken cancellationToken);
}
