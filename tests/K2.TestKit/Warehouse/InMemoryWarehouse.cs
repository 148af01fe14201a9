using System.Runtime.CompilerServices;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.TestKit.Warehouse;

/// <summary>The warehouse's contract in dictionaries, with failures on demand.</summary>
public sealed class InMemoryWarehouse : IWarehouseWriter, IWarehouseReader
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(InstrumentId Instrument, ushort Epoch, long Id), PositionedTrade> _trades = [];
    private readonly Dictionary<(InstrumentId Instrument, Timeframe Timeframe, Timestamp Start), Candle> _candles = [];
    private readonly Dictionary<(InstrumentId Instrument, Timeframe Timeframe, Timestamp Start, LogPosition Position), Candle> _revisions = [];
    private readonly Dictionary<(InstrumentId Instrument, Timeframe Timeframe, Timestamp Start, LogPosition Position), Candle> _judgements = [];
    private readonly Dictionary<(Exchange Exchange, string Origin, long Sequence, string Reason), DeadLetter> _letters = [];
    private readonly Dictionary<(InstrumentId Instrument, ushort Epoch, long First, long Last, Timestamp From), GapChange> _gaps = [];
    private readonly HashSet<(Exchange Exchange, string Origin, long Sequence)> _frames = [];
    private readonly Dictionary<InstrumentId, SymbolCheckpoint> _states = [];

    /// <summary>Asked before each flush; null never fails.</summary>
    public Func<SymbolFlush, WarehouseFault>? Fault { get; set; }

    /// <inheritdoc/>
    public Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = Fault?.Invoke(flush) ?? WarehouseFault.None;
        if (fault == WarehouseFault.Before) throw Failure(fault);
        lock (_gate)
        {
            Store(fault switch
            {
                WarehouseFault.TradesOnly => flush with { Candles = [], Revisions = [], Judgements = [], Gaps = [], DeadLetters = [] },
                WarehouseFault.CandlesOnly => flush with { Trades = [], Gaps = [], DeadLetters = [] },
                _ => flush,
            });
            if (fault is WarehouseFault.BeforeCheckpoint or WarehouseFault.TradesOnly or WarehouseFault.CandlesOnly) throw Failure(fault);
            if (!_states.TryGetValue(flush.Instrument.Id, out var state) || flush.Position >= state.Position) _states[flush.Instrument.Id] = new SymbolCheckpoint(flush.Position, flush.State.ToArray());
        }

        return fault == WarehouseFault.After ? throw Failure(fault) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (var chunk in chunks) _frames.UnionWith(chunk.Sequences.Select(sequence => (chunk.Exchange, chunk.Origin, sequence)));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) Store(letters);
        return Task.CompletedTask;
    }

    /// <summary>Outcomes of checks.</summary>
    public List<AuditEntry> Audits { get; } = [];

    /// <inheritdoc/>
    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        lock (_gate) Audits.AddRange(entries);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, CancellationToken cancellationToken)
    {
        var known = query.AsOf is { } asOf
            ? Copy(_revisions.Values.Concat(_judgements.Values)).Where(c => (c.KnownAt ?? c.WindowEnd) <= asOf).GroupBy(c => (c.Instrument, c.Timeframe, c.WindowStart)).Select(of => of.MaxBy(c => c.Position)!)
            : Copy(_candles.Values);
        var rows = known.Where(c => c.Instrument == query.Instrument && c.Timeframe == query.Timeframe
            && (query.From is not { } from || c.WindowStart >= from) && (query.To is not { } to || c.WindowStart < to));
        return StreamAsync((query.NewestFirst ? rows.OrderByDescending(c => c.WindowStart) : rows.OrderBy(c => c.WindowStart)).Take(query.Limit), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, CancellationToken cancellationToken)
    {
        var cursor = query.AfterTradeId;
        if (cursor is not null && (query.NewestFirst ? query.To : query.From) is null) throw new ArgumentException("a cursor needs the time of its trade", nameof(query));
        var rows = Of(query.Instrument);
        if (query.From is { } from) rows = rows.Where(t => cursor is { } id && !query.NewestFirst ? Order(t).CompareTo((from, id)) > 0 : t.Trade.ExchangeTime >= from);
        if (query.To is { } to) rows = rows.Where(t => cursor is { } id && query.NewestFirst ? Order(t).CompareTo((to, id)) < 0 : t.Trade.ExchangeTime < to);
        return StreamAsync((query.NewestFirst ? rows.OrderByDescending(Order) : rows.OrderBy(Order)).Take(query.Limit), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<PositionedTrade>>([.. tradeIds.Distinct().Where(id => _trades.ContainsKey((instrument, idEpoch, id))).Select(id => _trades[(instrument, idEpoch, id)])]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken)
    {
        var trades = Of(instrument).Where(t => t.Position <= upTo).ToList();
        var revisions = Copy(_revisions.Values).Where(c => c.Instrument == instrument && c.Position <= upTo).ToList();
        var candles = windows.Distinct().Select(window => Rebuild(instrument, window, trades, revisions, upTo)).OfType<Candle>().ToList();
        return Task.FromResult<IReadOnlyList<Candle>>(candles);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, CancellationToken cancellationToken) =>
        StreamAsync(Of(instrument).Where(t => t.Position > above && t.Position < below).OrderBy(t => t.Position), cancellationToken);

    /// <inheritdoc/>
    public Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_states.GetValueOrDefault(instrument));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var all = _trades.Select(t => (t.Key.Instrument, t.Value.Position)).Concat(_candles.Values.Select(c => (c.Instrument, c.Position))).Concat(_states.Select(s => (s.Key, s.Value.Position)));
            return Task.FromResult<IReadOnlyDictionary<InstrumentId, LogPosition>>(all.GroupBy(row => row.Item1).ToDictionary(rows => rows.Key, rows => rows.Max(row => row.Item2)));
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, CancellationToken cancellationToken)
    {
        var rows = Copy(_gaps).Select(gap => new StoredGap(gap.Key.Instrument, gap.Value))
            .Where(gap => (query.Exchange is not { } exchange || gap.Instrument.Exchange == exchange) && (query.Symbol is not { } symbol || gap.Instrument.Symbol == symbol) && (query.State is not { } state || gap.Change.State == state));
        return StreamAsync(rows.OrderByDescending(gap => gap.Change.Gap.From).ThenBy(gap => gap.Instrument.ToString(), StringComparer.Ordinal).Take(query.Limit), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken)
    {
        var wanted = windows.ToHashSet();
        var rows = History(instrument).Where(c => c.Position <= upTo && wanted.Contains(new CandleWindow(c.Timeframe, c.WindowStart)));
        return Task.FromResult<IReadOnlyDictionary<CandleWindow, long>>(rows.GroupBy(c => new CandleWindow(c.Timeframe, c.WindowStart)).ToDictionary(of => of.Key, of => of.MaxBy(c => c.Position)!.TradeCount));
    }

    /// <inheritdoc/>
    public Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var rows = _revisions.Values.Where(c => c.Instrument == query.Instrument && (query.Timeframe is not { } timeframe || c.Timeframe == timeframe) && c.Position > query.Above);
            var durable = _states.GetValueOrDefault(query.Instrument)?.Position ?? LogPosition.None;
            var ordered = rows.Where(c => c.Position <= durable).OrderBy(c => c.Position).ThenBy(c => c.Timeframe).ThenBy(c => c.WindowStart).ToList();
            var page = ordered.Count <= query.Limit ? ordered : ordered.TakeWhile(c => c.Position <= ordered[query.Limit - 1].Position).ToList();
            var hasMore = page.Count < ordered.Count;
            var end = hasMore ? page[^1].Position : durable;
            return Task.FromResult(new CandleEvents(page, end > query.Above ? end : query.Above, hasMore));
        }
    }

    /// <summary>The whole history of an instrument's closed candles by position: closings, revisions, judgements.</summary>
    public IReadOnlyList<Candle> History(InstrumentId instrument) => [.. Copy(_revisions.Values.Concat(_judgements.Values)).Where(c => c.Instrument == instrument).OrderBy(c => c.Position).ThenBy(c => c.Timeframe).ThenBy(c => c.WindowStart)];

    /// <summary>All dead letters.</summary>
    public IReadOnlyList<DeadLetter> Letters => Copy(_letters.Values);

    /// <summary>Lets an instrument's trades of a time range go, as the retention does.</summary>
    public void Drop(InstrumentId instrument, Timestamp from, Timestamp to)
    {
        lock (_gate)
        {
            foreach (var key in _trades.Where(t => t.Key.Instrument == instrument && t.Value.Trade.ExchangeTime >= from && t.Value.Trade.ExchangeTime < to).Select(t => t.Key).ToList()) _trades.Remove(key);
        }
    }

    /// <inheritdoc/>
    public Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(new WarehouseCounts(_trades.Count, _candles.Count, _frames.Count, _letters.Count));
    }

    private static K2Exception Failure(WarehouseFault fault) => new($"injected failure: {fault}", true);

    private static (Timestamp Time, long Id) Order(PositionedTrade row) => (row.Trade.ExchangeTime, row.Trade.TradeId);

    private static Candle? Rebuild(InstrumentId instrument, CandleWindow window, List<PositionedTrade> trades, List<Candle> revisions, LogPosition upTo)
    {
        var rows = trades.Select(t => t.Trade).Where(t => window.Timeframe.WindowStart(t.ExchangeTime) == window.Start).ToList();
        if (rows.Count == 0) return null;
        var open = rows.MinBy(t => (t.ExchangeTime, t.FirstTradeId))!;
        var close = rows.MaxBy(t => (t.ExchangeTime, t.LastTradeId))!;
        return new Candle
        {
            Instrument = instrument,
            Timeframe = window.Timeframe,
            WindowStart = window.Start,
            Open = open.Price,
            High = new Price(rows.Max(t => t.Price.Mantissa)),
            Low = new Price(rows.Min(t => t.Price.Mantissa)),
            Close = close.Price,
            Volume = rows.Aggregate(Int128.Zero, (sum, t) => sum + t.Quantity.Mantissa),
            QuoteVolume = rows.Aggregate(Int128.Zero, (sum, t) => sum + ((Int128)t.Price.Mantissa * t.Quantity.Mantissa)),
            TradeCount = rows.Sum(t => t.LastTradeId - t.FirstTradeId + 1),
            OpenTime = open.ExchangeTime,
            CloseTime = close.ExchangeTime,
            OpenTradeId = open.FirstTradeId,
            CloseTradeId = close.LastTradeId,
            Closed = false,
            Complete = Completeness.Unknown,
            Revision = revisions.Where(c => c.Timeframe == window.Timeframe && c.WindowStart == window.Start).Select(c => c.Revision).DefaultIfEmpty(0).Max(),
            Position = upTo,
        };
    }

    private static async IAsyncEnumerable<T> StreamAsync<T>(IEnumerable<T> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private void Store(SymbolFlush flush)
    {
        var id = flush.Instrument.Id;
        foreach (var row in flush.Trades)
        {
            var key = (id, row.Trade.IdEpoch, row.Trade.TradeId);
            if (!_trades.TryGetValue(key, out var known) || row.Position < known.Position) _trades[key] = row;
        }

        foreach (var candle in flush.Candles)
        {
            var key = (id, candle.Timeframe, candle.WindowStart);
            if (!_candles.TryGetValue(key, out var known) || candle.Position >= known.Position) _candles[key] = candle;
        }

        // One row a position: a judgement of a flush that was lost may stand where a revision now comes, and the other way round.
        foreach (var candle in flush.Revisions)
        {
            _revisions[(id, candle.Timeframe, candle.WindowStart, candle.Position)] = candle;
            _judgements.Remove((id, candle.Timeframe, candle.WindowStart, candle.Position));
        }

        foreach (var candle in flush.Judgements)
        {
            _judgements[(id, candle.Timeframe, candle.WindowStart, candle.Position)] = candle;
            _revisions.Remove((id, candle.Timeframe, candle.WindowStart, candle.Position));
        }

        foreach (var change in flush.Gaps)
        {
            var key = (id, change.Gap.IdEpoch, change.Gap.FirstId, change.Gap.LastId, change.Gap.From);
            if (!_gaps.TryGetValue(key, out var known) || change.Position >= known.Position) _gaps[key] = change;
        }

        Store(flush.DeadLetters);
    }

    private void Store(IReadOnlyList<DeadLetter> letters)
    {
        foreach (var letter in letters) _letters[(letter.Exchange, letter.Origin, letter.Sequence, letter.Reason)] = letter;
    }

    private List<T> Copy<T>(IEnumerable<T> rows)
    {
        lock (_gate) return [.. rows];
    }

    private IEnumerable<PositionedTrade> Of(InstrumentId instrument) => Copy(_trades).Where(t => t.Key.Instrument == instrument).Select(t => t.Value);
}
