using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>The end of the path in memory: every record goes into its instrument's candle book, as the symbol grain does it. Thread-safe.</summary>
internal sealed class BookSink : IConnectorSink
{
    // Nothing leaves memory: what is compared is all there was.
    private static readonly CandleBookOptions KeepAll = new() { RetainClosed = TimeSpan.FromDays(10_000), MaxIntervals = 100_000 };
    private readonly Lock _gate = new();
    private readonly Dictionary<InstrumentId, CandleBook> _books;
    private readonly Dictionary<InstrumentId, List<Trade>> _trades;
    private readonly BookChanges _changes = new();
    private TaskCompletionSource _changed = NewSource();
    private long _offset;

    public BookSink(IEnumerable<Instrument> instruments)
    {
        _books = instruments.ToDictionary(instrument => instrument.Id, instrument => new CandleBook(instrument, KeepAll));
        _trades = _books.Keys.ToDictionary(id => id, _ => new List<Trade>());
    }

    /// <summary>Ends when records come after this was asked for.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    /// <summary>Trades of a known id with other content.</summary>
    public long Conflicts { get; private set; }

    /// <summary>Messages and pages that were refused.</summary>
    public long Rejected { get; private set; }

    public long Count
    {
        get
        {
            lock (_gate) return _trades.Values.Sum(trades => (long)trades.Count);
        }
    }

    public IReadOnlyList<Trade> Trades(InstrumentId id)
    {
        lock (_gate) return [.. _trades[id]];
    }

    public IReadOnlyList<Candle> Candles(InstrumentId id)
    {
        lock (_gate) return _books[id].Candles();
    }

    public IReadOnlyList<FeedGap> Gaps(InstrumentId id)
    {
        lock (_gate) return [.. _books[id].Gaps];
    }

    public (ushort IdEpoch, TradeIdIntervals Seen) Start(InstrumentId id)
    {
        lock (_gate) return (_books[id].IdEpoch, _books[id].Seen.Clone());
    }

    public void Apply(InstrumentId id, IEnumerable<LogRecord> records)
    {
        lock (_gate)
        {
            var book = _books[id];
            _changes.Clear();
            foreach (var record in records) book.Apply(LogPosition.Create(1, ++_offset), record, _changes);
            book.TakeChanges(_changes);
            _trades[id].AddRange(_changes.NewTrades.Select(trade => trade.Trade));
            foreach (var (_, again) in _changes.KnownIds)
            {
                var kept = _trades[id].Find(trade => trade.IdEpoch == again.IdEpoch && trade.TradeId == again.TradeId);
                if ((kept.Price, kept.Quantity, kept.ExchangeTime) != (again.Price, again.Quantity, again.ExchangeTime)) Conflicts++;
            }

            _changed.SetResult();
            _changed = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        foreach (var (instrument, records) in batch.Records) Apply(instrument.Id, records);
        lock (_gate) Rejected += batch.Rejected.Count;
        return ValueTask.CompletedTask;
    }
}
