using K2.Abstractions.Cold.Tables;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Cli.Bench.Cold;

/// <summary>
/// What a warehouse would hold, made from a seed: trades of some symbols that go on from round to round, a few of them late by up to two days, the candles of them and their
/// history, and raw frames. The same seed and round give the same rows in every process.
/// </summary>
internal sealed class ColdLedger
{
    private const long Second = 1_000_000;
    private const long Start = 1_772_400_000 * Second;
    private static readonly (string Exchange, string Symbol)[] Symbols = [("binance", "BTC/USDT"), ("binance", "ETH/USDT"), ("kraken", "BTC/USD")];
    private static readonly string[] Backfill = ["backfill"];
    private static readonly (string, string)[] VendorData = [("is_buyer_maker", "true")];
    private static readonly Timeframe[] Kept = [Timeframe.OneMinute, Timeframe.OneHour];
    private readonly Random _random;
    private readonly Dictionary<string, List<LedgerRow>> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Time, long Id, Int128 Price, Int128 Quantity)>> _trades = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _candles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _frames = new(StringComparer.Ordinal);
    private long _clock = Start;
    private long _id;

    public ColdLedger(int seed) => _random = new Random(seed);

    /// <summary>The tables that it fills.</summary>
    public static IReadOnlyList<ColdTable> Tables { get; } =
        [ColdTables.RawFrames, ColdTables.SilverTrades, .. ColdTables.Gold.Where(table => Kept.Contains(table.Timeframe)), ColdTables.CandleRevisions];

    /// <summary>The data's clock, the newest trade's time in microseconds since 1970-01-01.</summary>
    public long Clock { get; private set; } = Start;

    /// <summary>The rows of a table.</summary>
    public IReadOnlyList<LedgerRow> Rows(ColdTable table) => _rows.GetValueOrDefault(table.Name) ?? [];

    /// <summary>Up to which position everything is durable, by instrument or by partition of the raw log.</summary>
    public SortedDictionary<string, long> Ends(bool ofRawLog) => new((ofRawLog ? _frames : _offsets).ToDictionary(end => end.Key, end => LogPosition.Create(1, end.Value).Version), StringComparer.Ordinal);

    /// <summary>Goes on by one round: between a minute and two hours of data.</summary>
    public void Advance()
    {
        var length = _random.Next(60, 7200) * Second;
        foreach (var (exchange, symbol) in Symbols)
        {
            // A symbol may be silent.
            if (_random.Next(8) > 0) AddTrades(exchange, symbol, Times(_random.Next(5, 120), length), length);
        }

        AddFrames("binance", _random.Next(0, 60));
        AddFrames("kraken", _random.Next(0, 30));
        _clock += length;
    }

    /// <summary>Goes on by a step of a script.</summary>
    public void Advance(ColdStep step)
    {
        var length = (long)step.Data.TotalMicroseconds;
        foreach (var (exchange, symbol, seconds) in step.Trades) AddTrades(exchange, symbol, seconds.Select(second => Start + (second * Second)), length);
        _clock += length;
    }

    private IEnumerable<long> Times(int count, long length)
    {
        for (var i = 0; i < count; i++)
        {
            var time = _random.Next(12) == 0 && _clock > Start ? _clock - _random.NextInt64(2 * 86_400 * Second) : _clock + _random.NextInt64(length);
            yield return Math.Max(time, Start);
        }
    }

    private void AddTrades(string exchange, string symbol, IEnumerable<long> times, long length)
    {
        var key = $"{exchange}:{symbol}";
        var known = _trades.TryGetValue(key, out var list) ? list : _trades[key] = [];
        var offset = _offsets.GetValueOrDefault(key);
        var touched = new HashSet<(Timeframe, long)>();
        foreach (var (i, time) in times.Index())
        {
            var trade = (Time: time, Id: ++_id, Price: (Int128)_random.Next(1, 1_000_000) * 1_000_000_000_000_000, Quantity: (Int128)_random.Next(1, 5000) * 1_000_000_000_000);
            known.Add(trade);
            if (time > Clock) Clock = time;
            offset++;
            var version = LogPosition.Create(1, offset).Version;
            Add(ColdTables.SilverTrades, key, version, time, exchange,
                [exchange, symbol.Replace("/", "", StringComparison.Ordinal), symbol, trade.Id, trade.Price, trade.Quantity, trade.Price / 1_000_000 * (trade.Quantity / 1_000_000) / 1_000_000, _random.Next(2) == 0 ? "BUY" : "SELL",
                    time, time + 1, time, 0, trade.Id, trade.Id, "single", "live", version, 1, offset, i % 5 == 0 ? Backfill : Array.Empty<string>(), VendorData]);
            foreach (var timeframe in Kept) touched.Add((timeframe, time - (time % timeframe.LengthMicroseconds())));
        }

        // Whatever ended meanwhile closes, and what was touched behind its end is revised.
        _offsets[key] = ++offset;
        var end = _clock + length;
        foreach (var timeframe in Kept)
        {
            var size = timeframe.LengthMicroseconds();
            foreach (var window in known.GroupBy(trade => trade.Time - (trade.Time % size)).OrderBy(window => window.Key))
            {
                var name = $"{key}@{timeframe}@{window.Key}";
                var isKnown = _candles.TryGetValue(name, out var revision);
                if (window.Key + size > end || (isKnown && !touched.Contains((timeframe, window.Key)))) continue;
                _candles[name] = revision = isKnown ? revision + 1 : 0;
                AddCandle(exchange, symbol, timeframe, window.Key, [.. window.OrderBy(trade => (trade.Time, trade.Id))], revision, LogPosition.Create(1, offset).Version);
            }
        }
    }

    private void AddCandle(string exchange, string symbol, Timeframe timeframe, long start, List<(long Time, long Id, Int128 Price, Int128 Quantity)> trades, int revision, long version)
    {
        var key = $"{exchange}:{symbol}";
        var (volume, quote) = (Int128.Zero, Int128.Zero);
        foreach (var trade in trades) (volume, quote) = (volume + trade.Quantity, quote + (trade.Price / 1_000_000_000));
        object?[] values =
        [
            exchange, symbol.Replace("/", "", StringComparison.Ordinal), symbol, start, start + timeframe.LengthMicroseconds(), trades[0].Price, trades.Max(trade => trade.Price), trades.Min(trade => trade.Price), trades[^1].Price,
            volume, quote, (long)trades.Count, trades[0].Time, trades[^1].Time, trades[0].Id, trades[^1].Id, true, "yes", revision, version, start,
        ];
        var table = ColdTables.Gold.Single(gold => gold.Timeframe == timeframe);
        _rows.GetValueOrDefault(table.Name)?.RemoveAll(row => row.Key == key && (long)row.Values[3]! == start);
        Add(table, key, version, start, exchange, values);
        Add(ColdTables.CandleRevisions, key, version, start, exchange, [.. values, timeframe.ToName(), revision == 0 ? "closed" : "revised", version]);
    }

    private void AddFrames(string exchange, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var key = $"{exchange}/{_random.Next(2)}";

            // Positions whose frames were archived before have no row.
            var offset = _frames.GetValueOrDefault(key) + (_random.Next(20) == 0 ? _random.Next(2, 2000) : 1);
            _frames[key] = offset;
            var time = _clock + (i * Second);
            var frame = new byte[_random.Next(1, 200)];
            _random.NextBytes(frame);
            Add(ColdTables.RawFrames, key, LogPosition.Create(1, offset).Version, time, exchange, [exchange, key + "-c", offset, time, frame]);
        }
    }

    private void Add(ColdTable table, string key, long position, long time, string exchange, object?[] values)
    {
        var rows = _rows.TryGetValue(table.Name, out var list) ? list : _rows[table.Name] = [];
        rows.Add(new LedgerRow(key, position, (int)(time / (86_400 * Second)), exchange, values));
    }
}
