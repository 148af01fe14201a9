using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Grains.Symbols;

/// <summary>
/// The exactly-once path of one symbol, without Orleans: takes packed batches in log order, applies them to a copy of the candle book, makes
/// trades, candles and checkpoint durable in one flush, and only then swaps the copy in. Any failure drops the copy, so that the same batch can
/// come again. One call at a time.
/// </summary>
internal sealed class SymbolPipeline
{
    private const int MostKept = 512;
    private readonly Instrument _instrument;
    private readonly IWarehouseReader _reader;
    private readonly IWarehouseWriter _writer;
    private readonly PipelineCounters _counters;
    private readonly IProtocolProbe _probe;
    private List<Candle> _recorded = [];

    // What the last two flushes brought, unless it was much: the other connection of a pair repeats it at once, and the warehouse need not be asked.
    private PositionedTrade[] _flushed = [];
    private PositionedTrade[] _flushedBefore = [];
    private LogPosition _delivered;

    private SymbolPipeline(CandleBook book, IWarehouseReader reader, IWarehouseWriter writer, PipelineCounters counters, IProtocolProbe probe)
    {
        _instrument = book.Instrument;
        _reader = reader;
        _writer = writer;
        _counters = counters;
        _probe = probe;
        Book = book;
        _delivered = book.Position;
    }

    /// <summary>The durable state. Replaced as a whole, never changed: it may be read between two awaits of a running call.</summary>
    public CandleBook Book { get; private set; }

    /// <summary>Takes the closings and revisions of candles that flushes have made durable since the last call.</summary>
    public IReadOnlyList<Candle> TakeRecorded()
    {
        var recorded = _recorded;
        _recorded = [];
        return recorded;
    }

    /// <summary>Continues from the symbol's latest checkpoint.</summary>
    public static async Task<SymbolPipeline> OpenAsync(
        Instrument instrument, CandleBookOptions options, IWarehouseReader reader, IWarehouseWriter writer, PipelineCounters counters, IProtocolProbe probe, CancellationToken cancellationToken)
    {
        var checkpoint = await reader.ReadCheckpointAsync(instrument.Id, cancellationToken);
        var book = checkpoint is null ? new CandleBook(instrument, options) : CandleBook.Deserialize(instrument, checkpoint.State.Span, options);
        return new SymbolPipeline(book, reader, writer, counters, probe);
    }

    /// <summary>Applies batches in order; stops before the first one that shows a hole.</summary>
    public async Task<BatchOutcome> ApplyAsync(IReadOnlyList<PackedBatch> batches, CancellationToken cancellationToken)
    {
        var outcome = BatchOutcome.Applied;
        var records = new List<(LogPosition Position, LogRecord Record)>();
        var changes = new BookChanges();
        var work = new PendingWork { Book = Book, Reached = Book.Position };
        foreach (var batch in batches)
        {
            // A predecessor of an older epoch is no hole: what that epoch lost is gone from the log and is looked for in the warehouse instead.
            if (batch.Previous > work.Reached && batch.Previous.Epoch == work.Reached.Epoch)
            {
                outcome = BatchOutcome.Hole;
                break;
            }

            if (batch.First.Epoch > work.Reached.Epoch)
            {
                await ApplyRecordsAsync(work, records, changes, cancellationToken);
                await AdoptAsync(work, batch.First.Epoch, changes, cancellationToken);
            }

            foreach (var entry in batch.Entries) Decode(entry, work, records, changes);
        }

        await ApplyRecordsAsync(work, records, changes, cancellationToken);
        if (work.Reached > work.Book.Position)
        {
            // The last entries were damaged: they count as taken once their letters are durable.
            if (ReferenceEquals(work.Book, Book)) work.Book = Book.Clone();
            work.Book.Skip(work.Reached);
        }

        if (!ReferenceEquals(work.Book, Book)) await FlushAsync(work, changes, cancellationToken);
        return outcome;
    }

    /// <summary>
    /// The log has a new epoch: it may have lost records of the old one that had reached the warehouse's trades but not the checkpoint.
    /// They are applied from there, so that trades and candles agree whatever the new log holds.
    /// </summary>
    private async Task AdoptAsync(PendingWork work, int epoch, BookChanges changes, CancellationToken cancellationToken)
    {
        var stored = new List<(LogPosition, LogRecord)>();
        await foreach (var trade in _reader.ReadTradesBetweenAsync(_instrument.Id, work.Reached, LogPosition.Create(epoch, 0), cancellationToken))
        {
            stored.Add((trade.Position, LogRecord.OfTrade(trade.Trade)));
        }

        await ApplyRecordsAsync(work, stored, changes, cancellationToken, isAdopted: true);
    }

    private void Decode(PackedRecords entry, PendingWork work, List<(LogPosition Position, LogRecord Record)> records, BookChanges changes)
    {
        if (entry.Last <= work.Reached) return;
        try
        {
            var count = RecordCodec.Count(_instrument, entry.Payload);
            if (count != entry.Count) throw new CorruptRecordException($"{count} records in an entry of {entry.Count}");
            for (var i = 0; i < count; i++)
            {
                var position = entry.First.Plus(i);
                if (position <= work.Reached) continue;
                var record = RecordCodec.Read(entry.Payload, i);
                if (record.HasTrade && record.Trade.Kind != _instrument.TradeKind) work.Letters.Add(SymbolDeadLetters.OtherKind(_instrument, position, record.Trade));
                else records.Add((position, record));
            }
        }
        catch (CorruptRecordException damage)
        {
            records.RemoveAll(record => record.Position >= entry.First);
            work.Letters.Add(SymbolDeadLetters.Corrupt(_instrument, entry, damage));
        }

        work.Reached = entry.Last;
    }

    private async Task ApplyRecordsAsync(
        PendingWork work, List<(LogPosition Position, LogRecord Record)> records, BookChanges changes, CancellationToken cancellationToken, bool isAdopted = false)
    {
        if (records.FindIndex(one => one.Record.Kind == RecordKind.Rebuild) is >= 0 and var rebuild)
        {
            var behind = records[(rebuild + 1)..];
            var (position, record) = records[rebuild];
            records.RemoveRange(rebuild, records.Count - rebuild);
            await ApplyRecordsAsync(work, records, changes, cancellationToken, isAdopted);
            await RebuildAsync(work, position, record, changes, cancellationToken);
            records.AddRange(behind);
            await ApplyRecordsAsync(work, records, changes, cancellationToken, isAdopted);
            return;
        }

        if (records.Count == 0) return;
        _probe.Enter(ProtocolStep.Apply);
        if (ReferenceEquals(work.Book, Book)) work.Book = Book.Clone();
        var book = work.Book;

        var missing = new HashSet<CandleWindow>();
        var lookUps = new HashSet<(ushort Epoch, long Id)>();
        foreach (var (_, record) in records)
        {
            book.CollectMissingWindows(record, missing);
            if (record.Kind == RecordKind.RestoredTrade || (record.Kind == RecordKind.Trade && book.MustLookUp(record.Trade))) lookUps.Add((record.Trade.IdEpoch, record.Trade.TradeId));
        }

        if (book.Gaps.Count > 0) book.CollectWindowsOfFilledGaps(records.ConvertAll(entry => entry.Record), missing);
        var thinned = missing.Count > 0 ? await RestoreAsync(book, missing, cancellationToken) : missing;

        var known = new HashSet<(ushort Epoch, long Id)>();
        foreach (var epoch in lookUps.GroupBy(lookUp => lookUp.Epoch, lookUp => lookUp.Id))
        {
            // A row above the book's position is this very record, written by a flush whose checkpoint was lost.
            var found = await _reader.FindTradesAsync(_instrument.Id, epoch.Key, epoch.ToHashSet(), cancellationToken);
            known.UnionWith(found.Where(trade => trade.Position <= book.Position).Select(trade => (trade.Trade.IdEpoch, trade.Trade.TradeId)));
        }

        foreach (var (position, record) in records)
        {
            var isKnown = record.HasTrade && known.Contains((record.Trade.IdEpoch, record.Trade.TradeId));
            var isThinned = thinned.Count > 0 && record.Kind == RecordKind.Trade && Timeframes.All.Any(timeframe => thinned.Contains(new CandleWindow(timeframe, timeframe.WindowStart(record.Trade.ExchangeTime))));
            book.Apply(position, record, changes, isKnown, isThinned);
            if (record.HasTrade && !isAdopted)
            {
                work.Trades++;
                if (position > _delivered) work.FirstDelivered++;
            }
        }

        work.Reached = records[^1].Position > work.Reached ? records[^1].Position : work.Reached;
        records.Clear();
    }

    /// <summary>
    /// Derives candles again from the stored trades. Everything below the record is made durable first, and the record by itself behind it: the
    /// warehouse then holds exactly the trades that the book's position speaks of.
    /// </summary>
    private async Task RebuildAsync(PendingWork work, LogPosition position, LogRecord record, BookChanges changes, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(work.Book, Book)) await FlushAsync(work, changes, cancellationToken);
        var windows = BookRebuild.WindowsOf(record);
        var derived = await _reader.RebuildCandlesAsync(_instrument.Id, windows, Book.Position, cancellationToken);
        var stored = await StoredCandles.ReadAsync(_reader, _instrument.Id, windows, cancellationToken);
        var recorded = await _reader.ReadRecordedCountsAsync(_instrument.Id, windows, Book.Position, cancellationToken);
        if (Book.Horizon is { } horizon)
        {
            // Days beyond the horizon come back from the cold tier and go again: what left in between must not make a candle smaller.
            var counts = stored.ToDictionary(row => new CandleWindow(row.Timeframe, row.WindowStart), row => row.TradeCount);
            bool IsThinned(Candle candle, CandleWindow window) => candle.TradeCount < Math.Max(counts.GetValueOrDefault(window), recorded.GetValueOrDefault(window));
            derived = [.. derived.Where(candle => candle.WindowStart >= horizon || !IsThinned(candle, new CandleWindow(candle.Timeframe, candle.WindowStart)))];
        }

        changes.Clear();
        work.Restart(Book.Clone());
        work.Book.Rebuild(position, record, derived, stored, recorded, changes);
        await FlushAsync(work, changes, cancellationToken);
        changes.Clear();
        work.Restart(Book);
        if (position > work.Reached) work.Reached = position;
    }

    /// <summary>
    /// Brings windows back that left memory; returns those that cannot be: their stored candles hold more trades than the warehouse still has.
    /// The horizon follows this symbol's clock, the dropping of days follows the platform's: whatever happens between them, a candle never shrinks.
    /// </summary>
    private async Task<HashSet<CandleWindow>> RestoreAsync(CandleBook book, HashSet<CandleWindow> missing, CancellationToken cancellationToken)
    {
        var recorded = await _reader.ReadRecordedCountsAsync(_instrument.Id, missing, book.Position, cancellationToken);
        var rebuilt = (await _reader.RebuildCandlesAsync(_instrument.Id, missing, book.Position, cancellationToken)).ToDictionary(candle => new CandleWindow(candle.Timeframe, candle.WindowStart));
        var thinned = new HashSet<CandleWindow>();
        foreach (var window in missing)
        {
            var candle = rebuilt.GetValueOrDefault(window);
            if ((candle?.TradeCount ?? 0) < recorded.GetValueOrDefault(window)) thinned.Add(window);
            else if (candle is not null) book.Restore(candle);
            else book.RestoreEmpty(window);
        }

        return thinned;
    }

    private async Task FlushAsync(PendingWork work, BookChanges changes, CancellationToken cancellationToken)
    {
        var book = work.Book;
        if (book.Position > _delivered)
        {
            _delivered = book.Position;
            _counters.Add(PipelineStage.Delivered, work.FirstDelivered);
        }

        book.TakeChanges(changes);
        var conflicts = await FindConflictsAsync(changes, cancellationToken);
        work.Letters.AddRange(conflicts);
        work.Letters.AddRange(changes.BeyondHorizon.Select(refused => SymbolDeadLetters.BeyondHorizon(_instrument, refused.Position, refused.Trade)));
        await _writer.WriteAsync(SymbolFlush.Of(book, changes, work.Letters), cancellationToken);

        Book = book;
        if (changes.NewTrades.Count > 0) (_flushedBefore, _flushed) = (_flushed, changes.NewTrades.Count <= MostKept ? [.. changes.NewTrades] : []);
        // Kept until taken: a call may flush several times, and fail behind a flush.
        _recorded.AddRange(changes.Revisions);
        _probe.Enter(ProtocolStep.Acknowledge);
        _counters.Add(PipelineStage.Applied, work.Trades);
        _counters.Add(PipelineStage.New, changes.NewTrades.Count);
        _counters.Add(PipelineStage.Duplicates, changes.KnownIds.Count - conflicts.Count);
        _counters.Add(PipelineStage.Conflicts, conflicts.Count);
        _counters.Add(PipelineStage.Late, changes.Late);
    }

    /// <summary>Returns a dead letter for each repeat of a known id whose price, quantity or time differs from the trade that is kept.</summary>
    private async Task<IReadOnlyList<DeadLetter>> FindConflictsAsync(BookChanges changes, CancellationToken cancellationToken)
    {
        if (changes.KnownIds.Count == 0) return [];
        var kept = new Dictionary<(ushort Epoch, long Id), Trade>();
        foreach (var (_, trade) in _flushedBefore.Concat(_flushed).Concat(changes.NewTrades)) kept.TryAdd((trade.IdEpoch, trade.TradeId), trade);
        foreach (var epoch in changes.KnownIds.Select(known => known.Trade).Where(trade => !kept.ContainsKey((trade.IdEpoch, trade.TradeId))).GroupBy(trade => trade.IdEpoch).ToList())
        {
            var ids = epoch.Select(trade => trade.TradeId).ToHashSet();
            foreach (var (_, trade) in await _reader.FindTradesAsync(_instrument.Id, epoch.Key, ids, cancellationToken)) kept.TryAdd((trade.IdEpoch, trade.TradeId), trade);
        }

        var letters = new List<DeadLetter>();
        foreach (var (position, trade) in changes.KnownIds)
        {
            if (kept.TryGetValue((trade.IdEpoch, trade.TradeId), out var original)
                && (original.Price != trade.Price || original.Quantity != trade.Quantity || original.ExchangeTime != trade.ExchangeTime))
                letters.Add(SymbolDeadLetters.Conflict(_instrument, position, trade, original));
        }

        return letters;
    }

    private sealed class PendingWork
    {
        public required CandleBook Book { get; set; }

        public required LogPosition Reached { get; set; }

        public List<DeadLetter> Letters { get; } = [];

        public long Trades { get; set; }

        public long FirstDelivered { get; set; }

        /// <summary>Goes on with a book behind a flush.</summary>
        public void Restart(CandleBook book)
        {
            Book = book;
            Letters.Clear();
            (Trades, FirstDelivered) = (0, 0);
        }
    }
}
