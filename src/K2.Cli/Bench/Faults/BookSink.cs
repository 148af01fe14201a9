using System.IO.Hashing;
using System.Runtime.InteropServices;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>
/// The end of the path without log and grains: every record goes into its instrument's candle book, and what it changes into ClickHouse by the
/// platform's own writer. A hash over all that came, with the times, says whether two runs were the same. Thread-safe.
/// </summary>
internal sealed class BookSink : IConnectorSink
{
    // Nothing leaves memory: what is compared is all there was.
    private static readonly CandleBookOptions KeepAll = new() { RetainClosed = TimeSpan.FromDays(10_000), MaxIntervals = 100_000 };
    private readonly Lock _gate = new();
    private readonly Dictionary<InstrumentId, CandleBook> _books;
    private readonly Dictionary<InstrumentId, List<Trade>> _trades;
    private readonly IWarehouseWriter? _writer;
    private readonly FeedWorld _world;
    private readonly Random _random;
    private readonly List<Task> _writes = [];
    private readonly XxHash64 _trace = new();
    private long _offset;

    /// <summary>Makes a sink.</summary>
    /// <param name="instruments">All that will come.</param>
    /// <param name="writer">Writes into ClickHouse; null to leave that out.</param>
    /// <param name="world">Clock, and how long a batch takes.</param>
    /// <param name="seed">Decides those times.</param>
    public BookSink(IEnumerable<Instrument> instruments, IWarehouseWriter? writer, FeedWorld world, ulong seed)
    {
        _writer = writer;
        _world = world;
        _random = new Random((int)(seed % int.MaxValue));
        _books = instruments.ToDictionary(instrument => instrument.Id, instrument => new CandleBook(instrument, KeepAll));
        _trades = _books.Keys.ToDictionary(id => id, _ => new List<Trade>());
    }

    /// <summary>Hash over every record that came, in order, with the time when it did.</summary>
    public ulong Trace
    {
        get
        {
            lock (_gate) return _trace.GetCurrentHashAsUInt64();
        }
    }

    /// <summary>Trades of a known id with other content.</summary>
    public long Conflicts { get; private set; }

    /// <summary>The longest time from the message or page that showed a gap to the gap's record.</summary>
    public TimeSpan SlowestFinding { get; private set; }

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

            var flush = SymbolFlush.Of(book, changes, []);
            _writes.RemoveAll(write => write.IsCompletedSuccessfully);

            // On the thread pool: the writer is not part of what must be the same each time.
            if (_writer is not null) _writes.Add(Task.Run(() => _writer.WriteAsync(flush, CancellationToken.None)));
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

    public async ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        if (_world.AppendTime(_random) is { Ticks: > 0 } wait) await Task.Delay(wait, _world.Time, cancellationToken);
        lock (_gate)
        {
            _trace.Append(MemoryMarshal.AsBytes([_world.Time.GetTimestamp(), batch.Frames.Count]));
            Rejected += batch.Rejected.Count;
            if (batch.Records.Any(part => part.Records.Exists(record => record.Kind == RecordKind.GapOpened)))
            {
                var finding = Timestamp.From(_world.Time.GetUtcNow()).Since(batch.Frames[0].ReceivedTime);
                if (finding > SlowestFinding) SlowestFinding = finding;
            }
        }

        foreach (var (instrument, records) in batch.Records)
        {
            lock (_gate) _trace.Append(RecordCodec.Encode(instrument, [.. records]));
            Apply(instrument.Id, records);
        }
    }
}
