using System.Runtime.CompilerServices;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Tests;

/// <summary>The warehouse's rules in memory: lowest position of a trade, highest of a candle and a checkpoint. Writes can fail at chosen points.</summary>
internal sealed class FakeWarehouse : IWarehouseWriter, IWarehouseReader, IRawFrameIndex
{
    private readonly SortedDictionary<(ushort Epoch, long Id), PositionedTrade> _trades = [];
    private readonly Dictionary<CandleWindow, Candle> _candles = [];
    private readonly List<Candle> _revisions = [];

    /// <summary>Is asked at each point of a write (0 before, 1 between rows and checkpoint, 2 after the checkpoint); true fails it.</summary>
    public Func<int, bool> Fails { get; set; } = _ => false;

    public SymbolCheckpoint? Checkpoint { get; private set; }

    public List<DeadLetter> Letters { get; } = [];

    public List<Candle> Judgements { get; } = [];

    public List<RawChunk> Chunks { get; } = [];

    public List<GapChange> Gaps { get; } = [];

    public IReadOnlyCollection<PositionedTrade> Trades => _trades.Values;

    /// <summary>Every candle's value columns, in order: what two ways of taking the same trades must share.</summary>
    public List<string> CandleLines(bool withRevision = true) => [.. _candles.Values.OrderBy(c => c.Timeframe).ThenBy(c => c.WindowStart).Select(c =>
        string.Join('|', c.Timeframe, c.WindowStart, c.Open.Mantissa, c.High.Mantissa, c.Low.Mantissa, c.Close.Mantissa, c.Volume, c.QuoteVolume, c.TradeCount, c.OpenTime, c.CloseTime, c.OpenTradeId, c.CloseTradeId, c.Closed, c.Complete, withRevision ? c.Revision : 0))];

    public Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        Fail(0);
        foreach (var trade in flush.Trades)
        {
            var key = (trade.Trade.IdEpoch, trade.Trade.TradeId);
            if (!_trades.TryGetValue(key, out var kept) || trade.Position < kept.Position) _trades[key] = trade;
        }

        foreach (var candle in flush.Candles)
        {
            var key = new CandleWindow(candle.Timeframe, candle.WindowStart);
            if (!_candles.TryGetValue(key, out var kept) || candle.Position > kept.Position) _candles[key] = candle;
        }

        _revisions.AddRange(flush.Revisions);
        Judgements.AddRange(flush.Judgements);
        Gaps.AddRange(flush.Gaps);
        foreach (var letter in flush.DeadLetters) Add(letter);
        Fail(1);
        if (Checkpoint is null || flush.Position > Checkpoint.Position) Checkpoint = new SymbolCheckpoint(flush.Position, flush.State);
        Fail(2);
        return Task.CompletedTask;
    }

    public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken)
    {
        Fail(0);
        Chunks.AddRange(chunks);
        return Task.CompletedTask;
    }

    public Task<IReadOnlySet<long>> FindAsync(Exchange exchange, string origin, long first, long last, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<long>>(Chunks.Where(chunk => chunk.Exchange == exchange && chunk.Origin == origin).SelectMany(chunk => chunk.Sequences).Where(number => number >= first && number <= last).ToHashSet());

    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        foreach (var letter in letters) Add(letter);
        return Task.CompletedTask;
    }

    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stores a trade as a flush whose checkpoint was lost has left it.</summary>
    public void Seed(PositionedTrade trade) => _trades[(trade.Trade.IdEpoch, trade.Trade.TradeId)] = trade;

    /// <summary>How often it was asked for trades by their ids.</summary>
    public int Searches { get; private set; }

    public Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken)
    {
        Searches++;
        return Task.FromResult<IReadOnlyList<PositionedTrade>>([.. tradeIds.Where(id => _trades.ContainsKey((idEpoch, id))).Select(id => _trades[(idEpoch, id)])]);
    }

    public Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken)
    {
        var rebuilt = new List<Candle>();
        foreach (var window in windows)
        {
            var trades = _trades.Values.Where(t => t.Position <= upTo && window.Timeframe.WindowStart(t.Trade.ExchangeTime) == window.Start).Select(t => t.Trade).OrderBy(t => t.ExchangeTime).ThenBy(t => t.TradeId).ToList();
            if (trades.Count == 0) continue;
            rebuilt.Add(new Candle
            {
                Instrument = instrument,
                Timeframe = window.Timeframe,
                WindowStart = window.Start,
                Open = trades[0].Price,
                High = trades.Max(t => t.Price),
                Low = trades.Min(t => t.Price),
                Close = trades[^1].Price,
                Volume = trades.Aggregate((Int128)0, (sum, t) => sum + t.Quantity.Mantissa),
                QuoteVolume = trades.Aggregate((Int128)0, (sum, t) => sum + t.QuoteVolume),
                TradeCount = trades.Sum(t => t.Count),
                OpenTime = trades[0].ExchangeTime,
                CloseTime = trades[^1].ExchangeTime,
                OpenTradeId = trades[0].FirstTradeId,
                CloseTradeId = trades[^1].LastTradeId,
                Closed = false,
                Complete = Completeness.Unknown,
                Revision = _revisions.Where(r => r.Timeframe == window.Timeframe && r.WindowStart == window.Start && r.Position <= upTo).Select(r => r.Revision).DefaultIfEmpty(0).Max(),
                Position = upTo,
            });
        }

        return Task.FromResult<IReadOnlyList<Candle>>(rebuilt);
    }

    public async IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var trade in _trades.Values.Where(t => t.Position > above && t.Position < below).OrderBy(t => t.Position)) yield return trade;
    }

    /// <summary>What happens once right behind the next look at the checkpoint.</summary>
    public Func<Task>? BehindRead { get; set; }

    /// <summary>Whether there was a checkpoint, look by look.</summary>
    public List<bool> CheckpointLooks { get; } = [];

    public async Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken)
    {
        var read = Checkpoint;
        lock (CheckpointLooks) CheckpointLooks.Add(read is not null);
        if (BehindRead is { } act)
        {
            BehindRead = null;
            await act();
        }

        return read;
    }

    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var candle in _candles.Values.Where(c => c.Timeframe == query.Timeframe && c.WindowStart >= query.From && c.WindowStart < query.To).OrderBy(c => c.WindowStart).Take(query.Limit)) yield return candle;
    }

    /// <summary>Loses rows as a faulty disk would: the checkpoint knows nothing of it.</summary>
    public void Lose(Func<K2.Domain.Trades.Trade, bool> trades, Func<Candle, bool> candles)
    {
        foreach (var key in _trades.Where(t => trades(t.Value.Trade)).Select(t => t.Key).ToList()) _trades.Remove(key);
        foreach (var key in _candles.Where(c => candles(c.Value)).Select(c => c.Key).ToList()) _candles.Remove(key);
    }

    /// <summary>Loses rows of the candles' history.</summary>
    public void Forget(Predicate<Candle> which) => _revisions.RemoveAll(which);

    /// <summary>Changes stored candles behind the platform's back.</summary>
    public void Spoil(Func<Candle, bool> which, Func<Candle, Candle> change)
    {
        foreach (var (key, candle) in _candles.Where(c => which(c.Value)).ToList()) _candles[key] = change(candle);
    }

    public IReadOnlyList<Candle> Revisions => _revisions;

    public IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<CandleWindow, long>>(_revisions.Where(r => r.Position <= upTo && windows.Contains(new CandleWindow(r.Timeframe, r.WindowStart)))
            .GroupBy(r => new CandleWindow(r.Timeframe, r.WindowStart)).ToDictionary(of => of.Key, of => of.MaxBy(r => r.Position)!.TradeCount));

    public Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Add(DeadLetter letter)
    {
        if (!Letters.Exists(kept => (kept.Origin, kept.Sequence, kept.Reason) == (letter.Origin, letter.Sequence, letter.Reason))) Letters.Add(letter);
    }

    private void Fail(int point)
    {
        if (Fails(point)) throw new K2Exception($"injected at point {point}", isTransient: true);
    }
}
