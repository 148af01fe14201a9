using System.Collections.Immutable;
using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Log;
using K2.Abstractions.Retention;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Metadata;
using K2.ColdTier.Maintenance;
using K2.ColdTier.Reading;
using K2.ColdTier.Stores;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.ColdTier;

/// <summary>The cold tier: Iceberg tables in a folder or a bucket, brought up to the warehouse by exports.</summary>
public sealed class ColdTier : IColdTier, IColdCoverage, IDisposable
{
    // Who lists a table reads all of its manifests.
    private const int MostManifests = 64;
    private const long DayMicroseconds = 86_400 * Timestamp.MicrosecondsPerSecond;
    private readonly IObjectStore _store;
    private readonly IColdSource _source;
    private readonly Func<ILog> _log;
    private readonly ColdOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, OpenTable> _tables;
    private readonly SemaphoreSlim _parallel;

    private ColdTier(IObjectStore store, IColdSource source, Func<ILog> log, IReadOnlyList<ColdTable> tables, ColdOptions options, TimeProvider time)
    {
        (_store, _source, _log, _options, _time, Tables) = (store, source, log, options, time, tables);
        _tables = tables.ToDictionary(table => table.Name, table => new OpenTable(table, store, source, options, time), StringComparer.Ordinal);
        _parallel = new SemaphoreSlim(options.ParallelTables, options.ParallelTables);
    }

    /// <inheritdoc/>
    public string Location => _store.LocationOf("cold");

    /// <inheritdoc/>
    public string? Problem => null;

    /// <inheritdoc/>
    public IReadOnlyList<ColdTable> Tables { get; }

    /// <summary>Opens the store, asks whether it can do what a commit needs, and looks at the tables that are there.</summary>
    /// <param name="options">Where the tables are and how they are kept.</param>
    /// <param name="source">The warehouse.</param>
    /// <param name="log">Returns the log whose raw topics were archived into it.</param>
    /// <param name="exchanges">Which exchanges the platform takes: their bronze tables are kept.</param>
    /// <param name="time">Stamps snapshots.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartupException">An option is wrong, the store cannot be used, or a table there is of a version that this one does not know.</exception>
    public static async Task<ColdTier> OpenAsync(ColdOptions options, IColdSource source, Func<ILog> log, IReadOnlyList<Exchange> exchanges, TimeProvider time, CancellationToken cancellationToken)
    {
        options.Checked();
        try
        {
            Directory.CreateDirectory(options.TemporaryFolder);
            foreach (var file in Directory.EnumerateFiles(options.TemporaryFolder)) File.Delete(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the cold tier's temporary folder {options.TemporaryFolder} cannot be used ({failure.Message.TrimEnd('.')}): let this user write there", failure);
        }

        IObjectStore store = options.Bucket is { } bucket ? S3ObjectStore.Create(bucket, time, new Random()) : LocalObjectStore.Open(options.Folder, time);
        return await OpenAsync(options, store, source, log, exchanges, time, cancellationToken);
    }

    /// <summary>As the other one, with a store that is open.</summary>
    internal static async Task<ColdTier> OpenAsync(ColdOptions options, IObjectStore store, IColdSource source, Func<ILog> log, IReadOnlyList<Exchange> exchanges, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await ColdStoreProbe.RunAsync(store, cancellationToken);
            var cold = new ColdTier(store, source, log, TablesOf(exchanges), options, time);
            foreach (var table in cold._tables.Values) await cold.SnapshotsAsync(table.Table, cancellationToken);
            return cold;
        }
        catch (Exception failure) when (failure is TableFormatException or ObjectStoreException)
        {
            (store as IDisposable)?.Dispose();
            throw new StartupException($"the cold tier at {store.LocationOf("")} cannot be used: {failure.Message}", failure);
        }
        catch
        {
            (store as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>Returns the tables of a platform that takes some exchanges.</summary>
    public static IReadOnlyList<ColdTable> TablesOf(IReadOnlyList<Exchange> exchanges) => [.. ColdTables.All.Where(table => table.Layer != ColdLayer.Bronze || exchanges.Contains(table.Exchange))];

    /// <inheritdoc/>
    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => _source.ClockAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<ColdExportOutcome> ExportAsync(ColdTable table, CancellationToken cancellationToken) =>
        InTurnAsync(table, async (open, token) =>
        {
            try
            {
                var outcome = await open.Exporter.RunAsync(ends => EndsAsync(table, ends), token);
                await LogAsync(outcome, outcome.Word, token);
                return outcome;
            }
            catch (K2Exception failure)
            {
                await LogAsync(new ColdExportOutcome { Table = table.Name }, failure is FencedException ? "fenced" : "failed", CancellationToken.None);
                throw;
            }
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<ColdMaintenanceOutcome> MaintainAsync(ColdTable table, CancellationToken cancellationToken) =>
        InTurnAsync(table, async (open, token) =>
        {
            await open.Exporter.OpenAsync(token);

            // The day that the data stand in is not closed. What comes late to an earlier one is taken in the next time.
            var today = await ClockAsync(token) is { } clock ? (int)(clock.Microseconds / DayMicroseconds) : 0;
            var (partitions, before, after) = table.Layer == ColdLayer.Gold ? (0, 0, 0) : await open.Compactor.RunAsync(today, token);
            var expired = await open.Iceberg.ExpireAsync(_time.GetUtcNow() - _options.KeepSnapshots, _options.KeepAtLeast, token);
            var merged = await open.Iceberg.MergeManifestsAsync(MostManifests, token);
            var swept = await open.Iceberg.SweepAsync(_options.Grace, TimeProvider.System, token);
            return new ColdMaintenanceOutcome(table.Name, partitions, before, after, expired, merged.Outcome == CommitOutcome.Committed, swept.Deleted.Count, swept.Bytes);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<ColdAuditOutcome> AuditAsync(ColdTable table, int? fromDay, CancellationToken cancellationToken) => InTurnAsync(table, (open, token) => new WarehouseAudit(open, _source).RunAsync(fromDay, token), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> DifferenceAsync(ColdTable table, int day, string exchange, CancellationToken cancellationToken) =>
        InTurnAsync(table, async (open, token) =>
        {
            await open.Exporter.OpenAsync(token);
            return (await open.Comparison.CompareAsync(day, exchange, null, token)).Problem;
        }, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ColdSnapshot>> SnapshotsAsync(ColdTable table, CancellationToken cancellationToken)
    {
        if (await _tables[table.Name].Catalog.LoadAsync(cancellationToken) is not { } version) return [];
        return [.. version.Metadata.Snapshots.OrderByDescending(snapshot => snapshot.SequenceNumber).Select(View)];
    }

    /// <inheritdoc/>
    public Task<long> RestoreAsync(ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken) => InTurnAsync(table, (open, token) => open.Restore.RunAsync(fromDay, untilDay, null, token), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, LogPosition>> HighestRawPositionsAsync(CancellationToken cancellationToken) =>
        await _tables[ColdTables.RawFrames.Name].Catalog.LoadAsync(cancellationToken) is { } version
            ? IcebergTable.Watermarks(version).ToDictionary(watermark => watermark.Key, watermark => new LogPosition(watermark.Value), StringComparer.Ordinal)
            : new Dictionary<string, LogPosition>();

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken)
    {
        var highest = new Dictionary<InstrumentId, LogPosition>();
        foreach (var open in _tables.Values.Where(open => !open.Table.IsOfRawLog))
        {
            if (await open.Catalog.LoadAsync(cancellationToken) is not { } version) continue;
            foreach (var (key, position) in IcebergTable.Watermarks(version))
            {
                if (!InstrumentId.TryParse(key, out var instrument)) continue;
                if (!highest.TryGetValue(instrument, out var known) || position > known.Version) highest[instrument] = new LogPosition(position);
            }
        }

        return highest;
    }

    /// <inheritdoc/>
    public async Task<Timestamp?> CoveredUntilAsync(RetainedTable table, CancellationToken cancellationToken)
    {
        var cold = Tables.Where(candidate => candidate.Layer switch
        {
            ColdLayer.Raw or ColdLayer.Bronze => table == RetainedTable.Raw,
            ColdLayer.Silver => table == RetainedTable.Silver,
            ColdLayer.Gold => table == RetainedTable.Candles,
            _ => table == RetainedTable.CandleRevisions,
        });
        if (await ClockAsync(cancellationToken) is not { } covered) return null;
        foreach (var open in cold.Select(candidate => _tables[candidate.Name]))
        {
            if (await open.Catalog.LoadAsync(cancellationToken) is not { } version) return null;
            // A part of the log that stands below its position has begun anew: what it brings now has never been here.
            var ends = await EndsAsync(open.Table, cancellationToken);
            var positions = IcebergTable.Watermarks(version).Where(watermark => !ends.TryGetValue(watermark.Key, out var end) || end >= watermark.Value).ToDictionary(watermark => watermark.Key, watermark => watermark.Value, StringComparer.Ordinal);
            if (await _source.FirstBeyondAsync(open.Table, positions, cancellationToken) is { } first && first < covered) covered = first;
        }

        return covered;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        _parallel.Dispose();
        foreach (var open in _tables.Values) open.Turn.Dispose();
    }

    /// <summary>Reads rows of the tables.</summary>
    internal ColdReader Reader(InstrumentTable instruments) => new(name => _tables[name], instruments);

    /// <summary>Up to which position every row of a table is durable in the warehouse.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> EndsAsync(ColdTable table, CancellationToken cancellationToken)
    {
        if (!table.IsOfRawLog) return await _source.CheckpointsAsync(cancellationToken);
        var log = _log();
        var ends = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var exchange in ExchangeNames.All.Where(exchange => table.Layer == ColdLayer.Raw || exchange == table.Exchange))
        {
            foreach (var topic in log.Topics.Where(topic => topic.Name == TopicNames.Raw(exchange)))
            {
                for (var partition = 0; partition < topic.Partitions; partition++)
                {
                    var committed = await log.CommittedAsync(topic.Name, partition, cancellationToken);
                    if (committed > LogPosition.None) ends[string.Create(CultureInfo.InvariantCulture, $"{exchange.ToName()}/{partition}")] = committed.Version - 1;
                }
            }
        }

        return ends;
    }

    private async Task<T> InTurnAsync<T>(ColdTable table, Func<OpenTable, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var open = _tables[table.Name];
        if (!await open.Turn.WaitAsync(TimeSpan.Zero, cancellationToken)) throw new K2Exception($"{table.Name} is being exported or maintained already: try again when that has ended", true);
        try
        {
            await _parallel.WaitAsync(cancellationToken);
            using var limit = new CancellationTokenSource(_options.RunLimit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await run(open, either.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new K2Exception($"{table.Name}: ended after {_options.RunLimit} ({ColdOptions.SectionName}:{nameof(ColdOptions.RunLimit)}); what was committed stays, the next run goes on from there", true);
            }
            finally
            {
                _parallel.Release();
            }
        }
        finally
        {
            open.Turn.Release();
        }
    }

    private async Task LogAsync(ColdExportOutcome outcome, string word, CancellationToken cancellationToken)
    {
        try
        {
            await _source.LogAsync(new ColdExportEntry(outcome.Table, Timestamp.From(_time.GetUtcNow()), outcome.From, outcome.To, outcome.Rows, outcome.SnapshotId ?? 0, word), cancellationToken);
        }
        catch (K2Exception)
        {
            // The record is for people; the table's own snapshot is what counts.
        }
    }

    private static ColdSnapshot View(Snapshot snapshot) => new(
        snapshot.Id,
        DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs),
        snapshot.Summary.GetValueOrDefault("operation", ""),
        Count(snapshot, "total-data-files"),
        Count(snapshot, "total-records"),
        Count(snapshot, "added-records"),
        snapshot.Summary.GetValueOrDefault("k2.commit.checksum", ""),
        SummaryProperties.WatermarksOf(snapshot));

    private static long Count(Snapshot snapshot, string name) => long.TryParse(snapshot.Summary.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
