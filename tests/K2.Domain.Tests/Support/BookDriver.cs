using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Domain.Tests.Support;

/// <summary>
/// Does with a book what its caller has to do (copy, rebuild, look up, apply, write, swap), against a warehouse of plain lists. Every batch goes
/// through the stored form as after a crash.
/// </summary>
internal sealed class BookDriver(Instrument instrument, CandleBookOptions options)
{
    private readonly Dictionary<(ushort Epoch, long Id), PositionedTrade> _trades = [];
    private long _offset = -1;

    public BookDriver()
        : this(Some.Instrument, Some.KeepAll)
    {
    }

    public CandleBook Book { get; private set; } = new(instrument, options);

    public Dictionary<CandleWindow, Candle> Rows { get; } = [];

    public List<Candle> Revisions { get; } = [];

    public List<Candle> Closings { get; } = [];

    /// <summary>Closings, revisions and judgements as they came.</summary>
    public List<Candle> History { get; } = [];

    public List<PositionedTrade> Beyond { get; } = [];

    public List<PositionedTrade> Known { get; } = [];

    public int Rebuilt { get; private set; }

    public int LookedUp { get; private set; }

    public long Late { get; private set; }

    public IReadOnlyCollection<PositionedTrade> Trades => _trades.Values;

    public BookChanges Last { get; private set; } = new();

    public Candle this[Timeframe timeframe, double second] => Rows[Some.Window(timeframe, second)];

    public BookDriver Batch(params IReadOnlyList<LogRecord> records)
    {
        var book = Book.Clone();
        Rebuild(book, records);
        var lookUps = records.Where(record => record.Kind == RecordKind.Trade && book.MustLookUp(record.Trade)).Select(record => (record.Trade.IdEpoch, record.Trade.TradeId)).ToHashSet();
        LookedUp += lookUps.Count;
        var known = lookUps.Where(_trades.ContainsKey).ToHashSet();

        var changes = new BookChanges();
        foreach (var record in records)
        {
            var isKnown = record.Kind == RecordKind.Trade && known.Contains((record.Trade.IdEpoch, record.Trade.TradeId));
            book.Apply(LogPosition.Create(1, ++_offset), record, changes, isKnown);
        }

        book.TakeChanges(changes);
        foreach (var trade in changes.NewTrades)
        {
            if (!_trades.TryAdd((trade.Trade.IdEpoch, trade.Trade.TradeId), trade)) throw new InvalidOperationException($"trade {trade.Trade.TradeId} was new twice");
        }

        foreach (var row in changes.Candles) Rows[new CandleWindow(row.Timeframe, row.WindowStart)] = row;
        Revisions.AddRange(changes.Revisions.Where(row => row.Revision > 0));
        Closings.AddRange(changes.Revisions.Where(row => row.Revision == 0));
        History.AddRange(changes.Revisions.Concat(changes.Judgements));
        Beyond.AddRange(changes.BeyondHorizon);
        Known.AddRange(changes.KnownIds);
        Late += changes.Late;
        Last = changes;
        Book = CandleBook.Deserialize(instrument, book.Serialize(), options);
        return this;
    }

    public BookDriver OneByOne(IEnumerable<LogRecord> records)
    {
        foreach (var record in records) Batch(record);
        return this;
    }

    /// <summary>The final rows in order, without the log position, which batches may change.</summary>
    public IReadOnlyList<Candle> Final() => [.. Rows.Values.OrderBy(row => row.Timeframe).ThenBy(row => row.WindowStart).Select(row => row with { Position = LogPosition.None })];

    private void Rebuild(CandleBook book, IReadOnlyList<LogRecord> records)
    {
        var missing = new HashSet<CandleWindow>();
        foreach (var record in records) book.CollectMissingWindows(record, missing);
        book.CollectWindowsOfFilledGaps(records, missing);
        foreach (var window in missing)
        {
            var end = new Timestamp(window.Start.Microseconds + window.Timeframe.LengthMicroseconds());
            var trades = _trades.Values.Select(trade => trade.Trade).Where(trade => trade.ExchangeTime >= window.Start && trade.ExchangeTime < end).ToList();
            if (trades.Count == 0)
            {
                book.RestoreEmpty(window);
                continue;
            }

            Rebuilt++;
            var revision = Revisions.Where(row => row.Timeframe == window.Timeframe && row.WindowStart == window.Start).Select(row => row.Revision).DefaultIfEmpty().Max();
            book.Restore(PlainCandles.Of(instrument, window, trades) with { Revision = revision });
        }
    }
}
