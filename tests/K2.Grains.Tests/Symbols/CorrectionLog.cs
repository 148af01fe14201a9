using K2.Domain;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Grains.Tests.Symbols;

/// <summary>
/// The log of one symbol over some days, made of one seed: trades in order, late by seconds to weeks, twice, backfilled in whole stretches, of another
/// content under a known id, and older than the horizon; watermarks, heartbeats, gaps opened, closed and given up.
/// </summary>
internal sealed class CorrectionLog
{
    private static readonly double[] Delays = [1, 60, 3600, 86_400, 29 * 86_400.0];
    private readonly Random _random;
    private readonly List<LogRecord> _records = [];
    private readonly List<(double Due, Trade Trade)> _late = [];
    private Timestamp _watermark;

    public CorrectionLog(int seed)
    {
        _random = new Random(seed);
        Make();
    }

    public IReadOnlyList<LogRecord> Records => _records;

    /// <summary>Every trade that has to be counted, once.</summary>
    public List<Trade> Trades { get; } = [];

    /// <summary>Trades from before the horizon.</summary>
    public List<Trade> Beyond { get; } = [];

    private void Make()
    {
        // The past is backfilled, so that ids run down to the beginning; the feed itself begins later.
        double now = _random.Next(40 * 86_400);
        long id = 1;
        var past = new List<Trade>();
        for (var count = _random.Next(60); count > 0; count--) past.Add(Trade(id++, now += _random.Next(900)));
        var count2 = 40 + _random.Next(160);
        for (var n = 0; n < count2; n++)
        {
            now += Step();
            var trade = Trade(id++, now);
            switch (_random.Next(12))
            {
                case 0:
                    _late.Add((now + (Delays[_random.Next(Delays.Length)] * (0.2 + (0.8 * _random.NextDouble()))), trade));
                    break;
                case 1:
                    Add(trade);
                    if (Trades.Count > 0) Add(Trades[_random.Next(Trades.Count)]);
                    break;
                case 2:
                    _records.Add(LogRecord.OfTrade(Trades.Count == 0 ? trade : Trades[^1] with { Price = new Price(9_999) }));
                    if (Trades.Count == 0) Trades.Add(trade);
                    else Add(trade);
                    break;
                default:
                    Add(trade);
                    break;
            }

            if (_random.Next(3) == 0) Watermark(now, id - 1);
            if (past.Count > 0 && _random.Next(10) == 0) Backfill(past, 1 + _random.Next(past.Count));
            Arrive(now);
            Gap(now, id);
        }

        Backfill(past, past.Count);

        // All that is still late comes in the order it is due; within the horizon, because the clock stands.
        foreach (var (_, trade) in _late.OrderBy(late => late.Due)) Add(trade);
        TooOld(now);
        var end = now + _random.Next(100_000);
        _records.Add(Some.Watermark(end));
        _records.Add(Some.Watermark(end));
    }

    private double Step() => _random.Next(80) switch { 0 => _random.Next(6 * 86_400), < 4 => _random.Next(20_000), < 20 => 0, _ => _random.Next(90) };

    private void Arrive(double now)
    {
        foreach (var late in _late.FindAll(late => late.Due <= now))
        {
            _late.Remove(late);
            Add(late.Trade);
        }
    }

    private void Backfill(List<Trade> past, int count)
    {
        // Pages come oldest first, with what the feed itself already had.
        foreach (var trade in past.Take(count)) Add(trade with { Source = TradeSource.Backfill });
        past.RemoveRange(0, count);
    }

    private void Watermark(double now, long lastId)
    {
        // Heartbeats prove the last id only where nothing older is on its way.
        var heartbeat = _random.Next(4) == 0 && _late.Count == 0;
        var time = At(now - (heartbeat ? 0 : _random.Next(3)));
        if (time > _watermark) _watermark = time;
        _records.Add(LogRecord.OfWatermark(time, heartbeat ? lastId : -1));
    }

    private void Gap(double now, long id)
    {
        if (_random.Next(25) > 0) return;
        var (from, until) = (At(now - _random.Next(5_000)), At(now));
        var first = Math.Max(1, id - _random.Next(20));
        var hasIds = _random.Next(2) == 0;
        _records.Add(hasIds ? LogRecord.OfGapOpened(from, until, first, id + 2, cause: GapCause.IdJump) : LogRecord.OfGapOpened(from, until, cause: GapCause.Reconnect));
        if (_random.Next(3) > 0) _records.Add(hasIds ? LogRecord.OfGapClosed(from, until, first, id + 2) : LogRecord.OfGapClosed(from, until));
        else if (_random.Next(2) == 0 && hasIds) _records.Add(LogRecord.OfGapGivenUp(from, until, first, id + 2, 0, GapCause.IdJump, GapReason.NotServed));
    }

    private void TooOld(double now)
    {
        if (_random.Next(3) > 0) return;
        Watermark(now, -1);
        for (var n = 1; n <= 1 + _random.Next(3); n++)
        {
            var trade = Trade(-n * 1_000, now - ((31 + _random.Next(30)) * 86_400.0));
            for (var times = 1 + _random.Next(2); times > 0; times--) Add(trade);
        }
    }

    private void Add(in Trade trade)
    {
        var id = trade.TradeId;
        if (!Trades.Exists(known => known.TradeId == id))
        {
            // Whole days: what is older than 30 days may be gone with its day.
            var isBeyond = Day(trade.ExchangeTime) < Day(_watermark.Add(TimeSpan.FromDays(-30)));
            if (!isBeyond) Trades.Add(trade);
            else if (!Beyond.Exists(known => known.TradeId == id)) Beyond.Add(trade);
        }

        _records.Add(LogRecord.OfTrade(trade));
    }

    private Trade Trade(long id, double second) => Some.Trade(id, second, 100 + _random.Next(100), 1 + _random.Next(20));

    private static long Day(Timestamp time) => time.Microseconds / (86_400 * Timestamp.MicrosecondsPerSecond);

    private static Timestamp At(double second) => Some.Start.Add(TimeSpan.FromSeconds(second));
}
