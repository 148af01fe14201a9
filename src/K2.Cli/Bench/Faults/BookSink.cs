using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>
/// The end of the path without log and grains: every record goes into its instrument's candle book, and what it changes into ClickHouse by the
/// platform's own writer. Thread-safe.
/// </summary>
internal sealed class BookSink : IConnectorSink
{
    // Nothing leaves memory: what is compared is all there was.
    private static readonly CandleBookOptions KeepAll = new() { RetainClosed = TimeSpan.FromDays(10_000), MaxIntervals = 100_000 };
    private readonly Lock _gate = new();
    private readonly Dictionary<InstrumentId, CandleBook> _books;
    private readonly Dictionary<InstrumentId, List<Trade>> _trades;
    private readonly IWarehouseWriter _writer;
    private readonly List<Task> _writes = [];
    private TaskCompletionSource _changed = NewSource();
    private long _offset;

    public BookSink(IEnumerable<Instrument> instruments, IWarehouseWriter writer)
    {
        _writer = writer;
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

    public IReadOnlyList<FeedGap> Gaps(InstrumentId id)
    {
        lock (_gate) return [.. _books[id].Gaps];
    }

    public (ushort IdEpoch, TradeIdIntervals Seen) Start(InstrumentId id)
    {
        lock (_gate) return (_books[id].IdEpoch, _books[id].Seen.Clone());
    }

    /// <summary>Applies records; what they changed is on its way into ClickHouse when this returns.</summary>
    public void Apply(InstrumentId id, IEnumerable<LogRecord> records)
    {
        lock (_gate)
        {
            var book = _books[id];
            var changes = new BookChanges();
            foreach (var record in records) book.Apply(LogPosition.Create(1, ++_offset), record, changes);
            book.TakeChanges(changes);
            _trades[id].AddRange(changes.NewTrades.Select(trade => trade.Trade));
            foreach (var (_, again) in changes.KnownIds)
            {
                var kept = _trades[id].Find(trade => trade.IdEpoch == again.IdEpoch && trade.TradeId == again.TradeId);
                if ((kept.Price, kept.Quantity, kept.ExchangeTime) != (again.Price, again.Quantity, again.ExchangeTime)) Conflicts++;
            }

            var flush = new SymbolFlush
            {
                Instrument = book.Instrument,
                Trades = changes.NewTrades,
                Candles = changes.Candles,
                Revisions = changes.Revisions,
                DeadLetters = [],
                Gaps = changes.Gaps,
                Position = book.Position,
                State = book.Serialize(),
            };
            _writes.RemoveAll(write => write.IsCompletedSuccessfully);
            _writes.Add(_writer.WriteAsync(flush, CancellationToken.None));
            _changed.SetResult();
            _changed = NewSource();
        }
    }

    /// <summary>Writes the candles that are still forming, and returns when everything is durable.</summary>
    public async Task FinishAsync()
    {
        foreach (var (id, trades) in _trades)
        {
            if (trades.Count > 0) Apply(id, [LogRecord.OfWatermark(trades.Max(trade => trade.ExchangeTime))]);
        }

        await Task.WhenAll(_writes);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        foreach (var (instrument, records) in batch.Records) Apply(instrument.Id, records);
        lock (_gate) Rejected += batch.Rejected.Count;
        return ValueTask.CompletedTask;
    }
}
