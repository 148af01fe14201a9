using System.Security.Cryptography;
using System.Text;

namespace K2.Cli.Bench;

/// <summary>
/// What a data folder holds, without the columns that belong to the receiving side (log position, versions, receive and ingestion time):
/// two runs that took the same trades must give the same text.
/// </summary>
internal sealed record StoredRows(string Trades, string Candles, string History = "")
{
    /// <summary>Exact trades, one a line.</summary>
    public const string TradesQuery =
        "SELECT exchange, symbol, canonical_symbol, id_epoch, trade_id, first_trade_id, last_trade_id, kind, price, quantity, quote_volume, side, timestamp FROM k2.silver_trades ORDER BY exchange, symbol, id_epoch, trade_id FORMAT TSV";

    /// <summary>Exact candles of all timeframes, one a line.</summary>
    public const string CandlesQuery =
        "SELECT exchange, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, complete, revision FROM k2.ohlcv ORDER BY exchange, canonical_symbol, timeframe, window_start FORMAT TSV";

    /// <summary>Exact candles without what depends on the order in which the trades came: revision, completeness.</summary>
    public const string CandleValuesQuery =
        "SELECT exchange, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id, closed FROM k2.ohlcv ORDER BY exchange, canonical_symbol, timeframe, window_start FORMAT TSV";

    /// <summary>
    /// Closed candles whose latest row of the history is another one or missing, history rows whose revision or trade count is below that of the row before,
    /// events that come twice with other values, closings, and revisions.
    /// </summary>
    public const string HistoryQuery = """
        SELECT
            (SELECT count() FROM (SELECT * FROM k2.ohlcv WHERE closed = 1) AS o LEFT JOIN
                (SELECT exchange, canonical_symbol, timeframe, window_start, argMax((open_price, high_price, low_price, close_price, volume, trade_count, revision, complete), version) AS last
                FROM k2.candle_revisions GROUP BY exchange, canonical_symbol, timeframe, window_start) AS h USING (exchange, canonical_symbol, timeframe, window_start)
                WHERE last != (open_price, high_price, low_price, close_price, volume, trade_count, revision, complete)),
            (SELECT countIf(revision < before OR trade_count < trades_before) FROM (SELECT revision, trade_count, lagInFrame(revision) OVER w AS before, lagInFrame(trade_count) OVER w AS trades_before
                FROM k2.candle_revisions WINDOW w AS (PARTITION BY exchange, canonical_symbol, timeframe, window_start ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))),
            (SELECT count() FROM (SELECT 1 FROM k2.candle_revisions WHERE change != 'judged' GROUP BY exchange, canonical_symbol, timeframe, window_start, revision
                HAVING uniqExact(open_price, high_price, low_price, close_price, volume, trade_count) > 1)),
            (SELECT countIf(change = 'closed') FROM k2.candle_revisions), (SELECT countIf(change = 'revised') FROM k2.candle_revisions)
        FORMAT TSV
        """;

    public int TradeCount => Trades.Count(c => c == '\n');

    public int CandleCount => Candles.Count(c => c == '\n');

    /// <summary>A short fingerprint for reports.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Trades + '\f' + Candles)))[..16];

    /// <summary>Returns the first difference between two runs, or null.</summary>
    public string? DifferenceTo(StoredRows other) => Difference("trade", Trades, other.Trades) ?? Difference("candle", Candles, other.Candles);

    private static string? Difference(string kind, string mine, string theirs)
    {
        if (mine == theirs) return null;
        var left = mine.Split('\n');
        var right = theirs.Split('\n');
        var extra = left.Except(right).FirstOrDefault();
        var missing = right.Except(left).FirstOrDefault();
        return $"{left.Length - 1} {kind} rows here, {right.Length - 1} there; only here: '{extra}'; only there: '{missing}'";
    }
}
