using K2.Domain;
using K2.Domain.Instruments;
using K2.Simulator.Synthetic;

namespace K2.Simulator.Exchanges;

/// <summary>Makes and keeps an exchange's trades: prices walk at random on their ticks, ids count up, times never fall. Thread-safe.</summary>
internal sealed class Market
{
    private const int BurstPercent = 30;
    private const int FirstIds = 100_000;
    private const long HistorySpacing = 500_000;
    private const int FinestQuantity = 8;

    private readonly Lock _gate = new();
    private readonly SimulatedExchangeOptions _options;
    private readonly SplitMix _random;
    private readonly Book[] _books;
    private readonly Dictionary<string, Book> _byNative;
    private readonly Dictionary<string, Book> _byRest;
    private readonly int _totalWeight;
    private long _skew;
    private long _newest;
    private Book? _current;

    public Market(SimulatedExchangeOptions options)
    {
        _options = options;
        _random = new SplitMix(options.Seed);
        // Where an exchange before this one made trades, only windows that begin from now on are known whole.
        var start = Now();
        _books = [.. options.Instruments.Select(instrument => new Book(instrument, instrument.FirstId ?? FirstIds + _random.Below(FirstIds), instrument.FirstId is null ? 0 : start))];
        _byNative = _books.ToDictionary(book => book.Instrument.Native, StringComparer.Ordinal);
        _byRest = _books.ToDictionary(book => book.Instrument.Rest, StringComparer.Ordinal);
        _totalWeight = options.Instruments.Sum(instrument => instrument.Weight);
        for (var i = options.HistoryTrades; i > 0; i--)
        {
            foreach (var book in _books.Where(book => book.Instrument.FirstId is null)) Make(book, Floor(start - (i * HistorySpacing)));
        }
    }

    /// <summary>Trades made since the start, history left out.</summary>
    public long Made { get; private set; }

    public IReadOnlyList<SimulatedInstrument> Instruments => _options.Instruments;

    public bool Knows(string native) => _byNative.ContainsKey(native);

    public SimulatedInstrument? FindRest(string name) => _byRest.GetValueOrDefault(name)?.Instrument;

    public SimulatedInstrument Instrument(string native) => _byNative[native].Instrument;

    /// <summary>Lets the clock jump ahead.</summary>
    public void Skew(int milliseconds)
    {
        lock (_gate) _skew += milliseconds * 1000L;
    }

    /// <summary>Lets an instrument's ids start again at 1.</summary>
    public void RestartIds(int index)
    {
        lock (_gate) _books[index % _books.Length].RestartIds();
    }

    /// <summary>Makes trades at the present moment, at most so many; bursts hit one instrument.</summary>
    public IReadOnlyList<LedgerTrade> Make(int count)
    {
        lock (_gate)
        {
            var made = new List<LedgerTrade>(count);
            var time = _newest = Math.Max(_newest, Floor(Now()));
            while (made.Count < count)
            {
                // Drawn for each trade, whatever the clock makes of batches: the same seed gives the same trades.
                if (_current is null || _random.Below(100) >= BurstPercent) _current = Choose();
                made.Add(Make(_current, time));
            }

            Made += made.Count;
            return made;
        }
    }

    /// <summary>Returns the kept trades of all instruments.</summary>
    public IReadOnlyList<LedgerTrade> All()
    {
        lock (_gate) return [.. _books.SelectMany(book => book.Trades)];
    }

    /// <summary>Returns the newest trades of an instrument in its present id epoch, oldest first.</summary>
    public IReadOnlyList<LedgerTrade> Latest(string native, int count)
    {
        lock (_gate) return Range(_byNative[native], _byNative[native].Trades.Count - count, count);
    }

    /// <summary>Returns trades of the present id epoch from an id on.</summary>
    public IReadOnlyList<LedgerTrade> FromId(string native, long id, int count)
    {
        lock (_gate) return Range(_byNative[native], IndexOfId(_byNative[native], id), count);
    }

    /// <summary>Returns trades of the present id epoch below an id, newest first.</summary>
    public IReadOnlyList<LedgerTrade> BelowId(string native, long id, int count)
    {
        lock (_gate)
        {
            var book = _byNative[native];
            var end = IndexOfId(book, id);
            var start = Math.Max(book.EpochStart, end - count);
            var trades = book.Trades.GetRange(start, end - start);
            trades.Reverse();
            return trades;
        }
    }

    /// <summary>Returns trades behind a moment in nanoseconds, and those of the last one's moment beyond the count.</summary>
    public IReadOnlyList<LedgerTrade> Behind(string native, long nanoseconds, int count)
    {
        lock (_gate)
        {
            var trades = _byNative[native].Trades;
            var start = First(trades, trade => trade.TimeNanoseconds > nanoseconds);
            var end = Math.Min(trades.Count, start + count);
            while (end > start && end < trades.Count && trades[end].TimeMicroseconds == trades[end - 1].TimeMicroseconds) end++;
            return trades.GetRange(start, end - start);
        }
    }

    /// <summary>Returns candles whose window starts in [from, to), oldest first.</summary>
    public IReadOnlyList<MarketCandle> Candles(string native, int minutes, long fromMicroseconds, long toMicroseconds)
    {
        lock (_gate) return _byNative[native].Candles.Between(minutes, fromMicroseconds, toMicroseconds);
    }

    /// <summary>Returns the first trade of the present id epoch at or behind a moment, or null.</summary>
    public LedgerTrade? FirstAt(string native, long microseconds)
    {
        lock (_gate)
        {
            var book = _byNative[native];
            var index = Math.Max(book.EpochStart, First(book.Trades, trade => trade.TimeMicroseconds >= microseconds));
            return index < book.Trades.Count ? book.Trades[index] : null;
        }
    }

    private static List<LedgerTrade> Range(Book book, int index, int count)
    {
        var start = Math.Max(book.EpochStart, index);
        return book.Trades.GetRange(start, Math.Min(count, book.Trades.Count - start));
    }

    // Ids and times never fall within what is searched.
    private static int IndexOfId(Book book, long id) => Math.Max(book.EpochStart, First(book.Trades, trade => trade.IdEpoch == book.IdEpoch && trade.TradeId >= id));

    private static int First(List<LedgerTrade> trades, Predicate<LedgerTrade> holds)
    {
        int low = 0, high = trades.Count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (holds(trades[middle])) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private Book Choose()
    {
        var ticket = _random.Below(_totalWeight);
        foreach (var book in _books)
        {
            if ((ticket -= book.Instrument.Weight) < 0) return book;
        }

        return _books[^1];
    }

    private LedgerTrade Make(Book book, long time)
    {
        var trade = book.Make(_random, time);
        if (book.Trades.Count > _options.KeptTrades) book.Forget(book.Trades.Count / 2);
        return trade;
    }

    private long Now() => Timestamp.From(_options.Time.GetUtcNow()).Microseconds + _skew;

    // Binance says times in milliseconds, the others in microseconds.
    private long Floor(long microseconds) => _options.Exchange == Exchange.Binance ? microseconds / 1000 * 1000 : microseconds;

    private sealed class Book(SimulatedInstrument instrument, long firstId, long candlesFrom)
    {
        private long _price = instrument.StartPrice;
        private long _nextId = firstId;
        private readonly long _quantityUnit = (long)Math.Pow(10, FinestQuantity - Math.Min(FinestQuantity, instrument.QuantityDecimals));

        public SimulatedInstrument Instrument => instrument;

        public List<LedgerTrade> Trades { get; } = [];

        public MarketCandles Candles { get; } = new(candlesFrom);

        public ushort IdEpoch { get; private set; }

        /// <summary>Index of the first trade of the present id epoch.</summary>
        public int EpochStart { get; private set; }

        public void RestartIds()
        {
            IdEpoch++;
            _nextId = 1;
            EpochStart = Trades.Count;
        }

        public void Forget(int count)
        {
            Trades.RemoveRange(0, count);
            EpochStart = Math.Max(0, EpochStart - count);
        }

        public LedgerTrade Make(SplitMix random, long time)
        {
            // Drawn back to where it began, so that the walk stays positive and plausible for ever.
            var step = random.Below(5) - 2;
            if (random.Below(20) < 3) step += Math.Sign(instrument.StartPrice - _price);
            _price = Math.Max(1, _price + step);
            var takerBought = random.Below(2) == 0;
            long magnitude = random.Below(4) switch { 0 => 1, 1 => 10, 2 => 100, _ => 1000 };
            var trade = new LedgerTrade(instrument.Native, IdEpoch, _nextId++, takerBought ? _price + 1 : _price, Math.Max(1, (1 + random.Below(9000)) * magnitude / _quantityUnit), takerBought, time);
            Trades.Add(trade);
            Candles.Add(trade);
            return trade;
        }
    }
}
