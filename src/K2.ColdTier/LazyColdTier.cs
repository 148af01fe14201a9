using System.Runtime.CompilerServices;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Log;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Reading;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.ColdTier;

/// <summary>
/// A cold tier that may be away: trades are taken and served without it. It is opened at start and, while that fails, again with every export, so that a store that comes back is used
/// without a restart; until then work on it says why, reads go without it, and nothing counts as covered.
/// </summary>
/// <param name="options">Where the tables are and how they are kept.</param>
/// <param name="source">The warehouse.</param>
/// <param name="log">Returns the log once it is open.</param>
/// <param name="exchanges">Which exchanges the platform takes.</param>
/// <param name="instruments">The scales of what is read.</param>
/// <param name="time">Stamps snapshots.</param>
public sealed class LazyColdTier(ColdOptions options, IColdSource source, Func<ILog> log, IReadOnlyList<Exchange> exchanges, InstrumentTable instruments, TimeProvider time) : IColdTier, IColdCoverage, IColdReader, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ColdTier? _tier;
    private ColdReader? _reader;
    private volatile string? _problem;

    /// <inheritdoc/>
    public string Location => options.Bucket is { } bucket ? $"s3://{bucket.Bucket}/{(bucket.Prefix.Length > 0 ? bucket.Prefix + "/" : "")}cold" : Path.Combine(options.Folder, "cold");

    /// <inheritdoc/>
    public IReadOnlyList<ColdTable> Tables { get; } = ColdTier.TablesOf(exchanges);

    /// <inheritdoc/>
    public string? Problem => _problem;

    /// <summary>Tries to open it; returns why it cannot be used, or null.</summary>
    public async Task<string?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken);
            return null;
        }
        catch (K2Exception failure)
        {
            return failure.Message;
        }
    }

    /// <inheritdoc/>
    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => source.ClockAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<ColdExportOutcome> ExportAsync(ColdTable table, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).ExportAsync(table, cancellationToken);

    /// <inheritdoc/>
    public async Task<ColdMaintenanceOutcome> MaintainAsync(ColdTable table, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).MaintainAsync(table, cancellationToken);

    /// <inheritdoc/>
    public async Task<ColdAuditOutcome> AuditAsync(ColdTable table, int? fromDay, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).AuditAsync(table, fromDay, cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> DifferenceAsync(ColdTable table, int day, string exchange, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).DifferenceAsync(table, day, exchange, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ColdSnapshot>> SnapshotsAsync(ColdTable table, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).SnapshotsAsync(table, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> RestoreAsync(ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).RestoreAsync(table, fromDay, untilDay, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).HighestPositionsAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, LogPosition>> HighestRawPositionsAsync(CancellationToken cancellationToken) => await (await OpenAsync(cancellationToken)).HighestRawPositionsAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<Timestamp?> CoveredUntilAsync(RetainedTable table, CancellationToken cancellationToken)
    {
        try
        {
            return await (await OpenAsync(cancellationToken)).CoveredUntilAsync(table, cancellationToken);
        }
        catch (K2Exception)
        {
            // Whatever the reason: what may not be in the cold tier stays.
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<long> FindSnapshotAsync(ColdTable table, ColdMoment moment, CancellationToken cancellationToken) => await (await OpenReaderAsync(cancellationToken)).FindSnapshotAsync(table, moment, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, long? snapshotId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await ReaderAsync(snapshotId, cancellationToken) is not { } reader) yield break;
        await foreach (var trade in reader.ReadTradesAsync(query, snapshotId, cancellationToken)) yield return trade;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, long? snapshotId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await ReaderAsync(snapshotId, cancellationToken) is not { } reader) yield break;
        await foreach (var candle in reader.ReadCandlesAsync(query, snapshotId, cancellationToken)) yield return candle;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tier?.Dispose();
        _opening.Dispose();
    }

    // A read does not try to open it: that may take as long as a store takes to fail, and what this silo has not exported is in the warehouse. Who asks for a state of it is told why there is none.
    private async Task<ColdReader?> ReaderAsync(long? snapshotId, CancellationToken cancellationToken) => snapshotId is null && _tier is null ? null : await OpenReaderAsync(cancellationToken);

    private async Task<ColdReader> OpenReaderAsync(CancellationToken cancellationToken) => _reader ??= (await OpenAsync(cancellationToken)).Reader(instruments);

    private async Task<ColdTier> OpenAsync(CancellationToken cancellationToken)
    {
        if (_tier is { } open) return open;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            _tier ??= await ColdTier.OpenAsync(options, source, log, exchanges, time, cancellationToken);
            _problem = null;
            return _tier;
        }
        catch (StartupException failure)
        {
            // The silo has started; what is wrong with the store may be mended while it runs.
            _problem = failure.Message;
            throw new K2Exception(failure.Message, true, failure);
        }
        finally
        {
            _opening.Release();
        }
    }
}
