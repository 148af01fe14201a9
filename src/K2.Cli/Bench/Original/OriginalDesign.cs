using System.Globalization;
using K2.Domain.Candles;

namespace K2.Cli.Bench.Original;

/// <summary>
/// The tables of the system that this one re-implements, by their meaning and in our words: trades in a plain MergeTree, and for each timeframe a
/// materialized view into a SummingMergeTree in which open, high, low and close are plain columns. A merge of two rows of a window sums volumes and
/// keeps the prices of one of them.
/// </summary>
internal static class OriginalDesign
{
    public const string Trades = "k2_original.silver_trades";

    /// <summary>Statements that make the tables.</summary>
    public static IEnumerable<string> Statements()
    {
        yield return "CREATE DATABASE k2_original";
        yield return $"CREATE TABLE {Trades} AS k2.silver_trades_store ENGINE = MergeTree PARTITION BY toYYYYMMDD(timestamp) ORDER BY (exchange, canonical_symbol, timestamp)";
        foreach (var timeframe in Timeframes.All)
        {
            yield return $"""
                CREATE TABLE {Candles(timeframe)}
                (
                    exchange LowCardinality(String), canonical_symbol LowCardinality(String), window_start DateTime64(6, 'UTC'), window_end DateTime64(6, 'UTC'),
                    open_price Decimal(38, 18), high_price Decimal(38, 18), low_price Decimal(38, 18), close_price Decimal(38, 18),
                    volume Decimal(38, 18), quote_volume Decimal(38, 18), trade_count UInt64
                )
                ENGINE = SummingMergeTree((volume, quote_volume, trade_count)) PARTITION BY toYYYYMM(window_start) ORDER BY (exchange, canonical_symbol, window_start)
                """;
            yield return $"CREATE MATERIALIZED VIEW {Candles(timeframe)}_view TO {Candles(timeframe)} AS {Aggregate(timeframe, Trades)}";
        }
    }

    /// <summary>The candle table of a timeframe.</summary>
    public static string Candles(Timeframe timeframe) => "k2_original.ohlcv_" + timeframe.ToName();

    /// <summary>Candles of a table of trades, right if it is asked of all trades at once.</summary>
    public static string Aggregate(Timeframe timeframe, string trades)
    {
        var seconds = (timeframe.LengthMicroseconds() / 1_000_000).ToString(CultureInfo.InvariantCulture);
        return $"""
            SELECT exchange, canonical_symbol, toDateTime64(toStartOfInterval(timestamp, INTERVAL {seconds} SECOND), 6, 'UTC') AS window_start, window_start + INTERVAL {seconds} SECOND AS window_end,
                argMin(price, (timestamp, trade_id)) AS open_price, max(price) AS high_price, min(price) AS low_price, argMax(price, (timestamp, trade_id)) AS close_price,
                sum(quantity) AS volume, sum(silver.quote_volume) AS quote_volume, count() AS trade_count
            FROM {trades} AS silver GROUP BY exchange, canonical_symbol, window_start
            """;
    }

    /// <summary>Counts candles and those whose open, high, low, close, volume or count differ from the trades', of one table.</summary>
    public static string Wrong(Timeframe timeframe, string candles, string trades) => $"""
        SELECT count(), countIf(c.open_price != t.open_price), countIf(c.high_price != t.high_price), countIf(c.low_price != t.low_price), countIf(c.close_price != t.close_price),
            countIf(c.volume != t.volume OR c.quote_volume != t.quote_volume OR c.trade_count != t.trade_count)
        FROM ({Aggregate(timeframe, trades)}) AS t FULL OUTER JOIN (SELECT * FROM {candles}) AS c ON c.exchange = t.exchange AND c.canonical_symbol = t.canonical_symbol AND c.window_start = t.window_start
        FORMAT TSV
        """;
}
