using CsCheck;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Support;

/// <summary>Random feeds: times that rise with the ids, as exchanges make them.</summary>
internal static class Feeds
{
    /// <summary>Trades of one epoch by id, with some ids missing; several often share one time.</summary>
    public static Gen<List<Trade>> Trades(int maxStepSeconds = 40, int max = 60) =>
        Gen.Select(Gen.Double[0, 90_000], Gen.Select(Gen.Frequency((2, Gen.Const(0)), (3, Gen.Int[0, maxStepSeconds])), Gen.Long[1, 500], Gen.Long[1, 50], Gen.Int[0, 9]).List[1, max])
            .Select((start, steps) =>
            {
                var trades = new List<Trade>();
                double second = start;
                for (var i = 0; i < steps.Count; i++)
                {
                    var (step, price, quantity, fate) = steps[i];
                    second += step;
                    if (fate > 0 || i == 0) trades.Add(Some.TradeOf(1000 + i, second, price, quantity));
                }

                return trades;
            });

    /// <summary>
    /// A log as a connector writes it: trades displaced against their order and partly repeated, watermarks that run behind or ahead, heartbeats,
    /// gaps opened and closed, and restarts of the ids; at its end everything is over.
    /// </summary>
    public static Gen<List<LogRecord>> Logs(int maxRestarts, bool hasGaps = true) =>
        Gen.Select(Trades(), Gen.Int[0, int.MaxValue], Gen.Int[0, 30], Gen.Int[0, maxRestarts])
            .Select((trades, seed, displacement, restarts) => Log(trades, new Random(seed), displacement, restarts, hasGaps));

    /// <summary>Cuts a log into batches; the last two records, watermarks, stand alone so that every pending row is written.</summary>
    public static IEnumerable<List<LogRecord>> Cut(List<LogRecord> log, Random random, int max)
    {
        for (var i = 0; i < log.Count - 2;)
        {
            var size = Math.Min(random.Next(1, max + 1), log.Count - 2 - i);
            yield return log.GetRange(i, size);
            i += size;
        }

        yield return [log[^2]];
        yield return [log[^1]];
    }

    private static List<LogRecord> Log(List<Trade> trades, Random random, int displacement, int restarts, bool hasGaps)
    {
        var restartAt = Enumerable.Range(0, restarts).Select(_ => random.Next(trades.Count)).Order().ToList();
        var stamped = trades.Select((trade, index) =>
        {
            var epoch = restartAt.Count(at => at <= index);
            return trade with { IdEpoch = (ushort)epoch, TradeId = trade.TradeId - (epoch * 997L), FirstTradeId = trade.FirstTradeId - (epoch * 997L), LastTradeId = trade.LastTradeId - (epoch * 997L) };
        }).ToList();

        // Arrival order: each trade is late by some places; the restart's record comes in front of the first trade of its epoch.
        var arrival = stamped.Select((trade, index) => (Place: index + random.Next(displacement + 1), Trade: trade)).OrderBy(item => item.Place).Select(item => item.Trade).ToList();
        var log = new List<LogRecord>();
        var epochReached = 0;
        var gaps = new List<(Timestamp From, Timestamp Until)>();
        foreach (var trade in arrival)
        {
            for (; epochReached < trade.IdEpoch; epochReached++) log.Add(LogRecord.OfTradeIdsRestarted(trade.ExchangeTime));
            log.Add(LogRecord.OfTrade(trade));
            if (random.Next(6) == 0) log.Add(LogRecord.OfTrade(arrival[random.Next(arrival.IndexOf(trade) + 1)]));
            if (random.Next(4) == 0) log.Add(LogRecord.OfWatermark(trade.ExchangeTime.Add(TimeSpan.FromSeconds(random.Next(-60, 20)))));
            if (random.Next(6) == 0) log.Add(LogRecord.OfWatermark(TrueHeartbeat(trade, stamped, random), trade.TradeId));
            if (!hasGaps || random.Next(10) > 0) continue;
            var gap = gaps.Count > 0 && random.Next(2) == 0 ? gaps[random.Next(gaps.Count)] : (From: trade.ExchangeTime.Add(TimeSpan.FromSeconds(random.Next(-300, 1))), Until: trade.ExchangeTime);
            log.Add(gaps.Remove(gap) ? LogRecord.OfGapClosed(gap.From, gap.Until) : LogRecord.OfGapOpened(gap.From, gap.Until));
            if (log[^1].Kind == RecordKind.GapOpened) gaps.Add(gap);
        }

        var end = stamped[^1].ExchangeTime.Add(TimeSpan.FromMinutes(random.Next(0, 3000)));
        log.Add(LogRecord.OfWatermark(end));
        log.Add(LogRecord.OfWatermark(end));
        return log;
    }

    /// <summary>A time up to which the trade really was the last one.</summary>
    private static Timestamp TrueHeartbeat(Trade trade, List<Trade> all, Random random)
    {
        var next = all.FindIndex(other => other.TradeId == trade.TradeId) + 1;
        var quietUntil = next < all.Count ? all[next].ExchangeTime : trade.ExchangeTime.Add(TimeSpan.FromHours(1));
        return new Timestamp(random.NextInt64(trade.ExchangeTime.Microseconds, quietUntil.Microseconds + 1));
    }
}
