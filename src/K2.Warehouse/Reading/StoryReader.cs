using System.Globalization;
using ClickHouse.Driver;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>Reads why a candle is as it is. A trade that was received at or behind the window's end counts as late.</summary>
public sealed class StoryReader
{
    private const string OfWindow = OfInstrument + " AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Micro({until:Int64}, 'UTC')";
    private const string OfCandle = OfInstrument + " AND timeframe = {timeframe:String} AND window_start = fromUnixTimestamp64Micro({from:Int64}, 'UTC')";
    private const string RowColumns = "toString(open_price), toString(high_price), toString(low_price), toString(close_price), toString(volume), toString(quote_volume), trade_count, toString(open_time), toString(close_time), open_trade_id, close_trade_id, closed, toString(complete), revision, version";
    private const string Late = "received_timestamp >= fromUnixTimestamp64Micro({until:Int64}, 'UTC')";
    private readonly ClickHouseClient _client;

    internal StoryReader(ClickHouseClient client) => _client = client;

    /// <summary>Reads the story of the window that holds a moment.</summary>
    public async Task<CandleStory> ReadAsync(InstrumentId instrument, Timestamp time, Timeframe timeframe, CancellationToken cancellationToken)
    {
        var start = timeframe.WindowStart(time);
        var end = new Timestamp(start.Microseconds + timeframe.LengthMicroseconds());
        var window = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["exchange"] = instrument.Exchange.ToName(),
            ["symbol"] = instrument.Symbol,
            ["timeframe"] = timeframe.ToName(),
            ["from"] = Text(start.Microseconds),
            ["until"] = Text(end.Microseconds),
        };
        var row = (await RowsAsync("k2.ohlcv", window, cancellationToken)).FirstOrDefault();
        var made = await MadeAsync(window, cancellationToken);
        var gaps = await GapsAsync(window, cancellationToken);
        return new CandleStory
        {
            Exchange = instrument.Exchange.ToName(),
            Symbol = instrument.Symbol,
            Timeframe = timeframe.ToName(),
            WindowStart = start.ToString(),
            WindowEnd = end.ToString(),
            Row = row,
            FromTrades = made,
            Equal = row is not null && made is not null && (row with { Closed = false, Complete = "", Revision = 0, Position = "" }) == made,
            Revisions = await RowsAsync("k2.candle_revisions", window, cancellationToken),
            Trades = await TradesAsync(window, cancellationToken),
            Sources = await SourcesAsync(window, cancellationToken),
            Frames = await FramesAsync(window, cancellationToken),
            Gaps = gaps,
            Completeness = Explain(row, gaps),
        };
    }

    private static string Explain(StoryRow? row, List<StoryGap> gaps) => row switch
    {
        null => "there is no candle: no trade of this window was taken, or its row is lost (see k2 verify)",
        { Complete: "no" } when gaps.FirstOrDefault(gap => gap.State != "filled") is { } gap => $"not complete: a gap of the cause {gap.Cause} overlaps it and is {gap.State}{(gap.Reason.Length > 0 ? " (" + gap.Reason + ")" : "")}",
        { Complete: "no" } => "not complete: trade ids of the window are missing, or trades were first taken in the middle of it",
        { Complete: "yes" } => "complete: trade ids without a hole run from before the window to a trade or heartbeat at or behind its end, and no gap overlaps it",
        { Closed: false } => "unknown: the window is still forming, nothing at or behind its end was seen yet",
        _ => "unknown: nothing proves that trades before or behind the window follow on without a hole",
    };

    private async Task<List<StoryRow>> RowsAsync(string view, Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        var found = new List<StoryRow>();
        await using var rows = await RowReader.QueryAsync(_client, $"SELECT {RowColumns} FROM {view} WHERE {OfCandle} ORDER BY version", window, cancellationToken);
        while (rows.HasRow()) found.Add(Values(rows) with { Closed = rows.Byte() != 0, Complete = rows.Text(), Revision = rows.Int32(), Position = Position(rows.Int64()) });
        return found;
    }

    private async Task<StoryRow?> MadeAsync(Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT toString(argMin(price, (timestamp, first_trade_id))), toString(max(price)), toString(min(price)), toString(argMax(price, (timestamp, last_trade_id))), toString(sum(quantity)), toString(sum(quote_volume)),
                toInt64(sum(last_trade_id - first_trade_id + 1)), toString(min(timestamp)), toString(max(timestamp)), argMin(first_trade_id, (timestamp, first_trade_id)), argMax(last_trade_id, (timestamp, last_trade_id))
            FROM k2.silver_trades WHERE {OfWindow} HAVING count() > 0
            """;
        await using var rows = await RowReader.QueryAsync(_client, sql, window, cancellationToken);
        return rows.HasRow() ? Values(rows) : null;
    }

    private async Task<List<StoryTrade>> TradesAsync(Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        const int mostLate = 20;
        const string columns = "trade_id, toString(price), toString(quantity), toString(side), toString(timestamp), toString(received_timestamp), toString(source), version, toUInt8(" + Late + ") AS late";
        var sql = $"""
            SELECT DISTINCT * FROM
            (
                (SELECT {columns} FROM k2.silver_trades WHERE {OfWindow} ORDER BY timestamp, trade_id LIMIT 1)
                UNION ALL (SELECT {columns} FROM k2.silver_trades WHERE {OfWindow} ORDER BY timestamp DESC, trade_id DESC LIMIT 1)
                UNION ALL (SELECT {columns} FROM k2.silver_trades WHERE {OfWindow} AND {Late} ORDER BY timestamp, trade_id LIMIT {mostLate})
            ) ORDER BY 5, 1
            """;
        var found = new List<StoryTrade>();
        await using var rows = await RowReader.QueryAsync(_client, sql, window, cancellationToken);
        while (rows.HasRow()) found.Add(new StoryTrade(rows.Int64(), rows.Text(), rows.Text(), rows.Text(), rows.Text(), rows.Text(), rows.Text(), Position(rows.Int64()), rows.Byte() != 0));
        return found;
    }

    private async Task<List<StorySource>> SourcesAsync(Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        var found = new List<StorySource>();
        await using var rows = await RowReader.QueryAsync(_client, $"SELECT toString(source) AS name, toInt64(count()), toInt64(countIf({Late})), toString(min(received_timestamp)), toString(max(received_timestamp)) FROM k2.silver_trades WHERE {OfWindow} GROUP BY name ORDER BY name", window, cancellationToken);
        while (rows.HasRow()) found.Add(new StorySource(rows.Text(), rows.Int64(), rows.Int64(), rows.Text(), rows.Text()));
        return found;
    }

    private async Task<List<StoryFrames>> FramesAsync(Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        // A trade bears the receive time of the frame or page that brought it, to the microsecond.
        var sql = $$"""
            WITH (SELECT min(received_timestamp) FROM k2.silver_trades_store WHERE {{OfWindow}}) AS first, (SELECT max(received_timestamp) FROM k2.silver_trades_store WHERE {{OfWindow}}) AS last,
                (SELECT any(symbol) FROM k2.silver_trades_store WHERE {{OfWindow}}) AS native
            SELECT origin, toInt64(uniqExact(sequence)), min(sequence), max(sequence) FROM
            (
                SELECT origin, sequence, received FROM k2.raw_chunks ARRAY JOIN sequences AS sequence, received_timestamps AS received, frames AS frame
                WHERE exchange = {exchange:String} AND first_received >= first - toIntervalMinute(1) AND first_received <= last
                    AND (position(frame, native) > 0 OR endsWith(origin, concat('/', native)))
            )
            WHERE received IN (SELECT received_timestamp FROM k2.silver_trades_store WHERE {{OfWindow}}) GROUP BY origin ORDER BY min(received)
            """;
        var found = new List<StoryFrames>();
        await using var rows = await RowReader.QueryAsync(_client, sql, window, cancellationToken);
        while (rows.HasRow()) found.Add(new StoryFrames(rows.Text(), rows.Int64(), rows.Int64(), rows.Int64()));
        return found;
    }

    private async Task<List<StoryGap>> GapsAsync(Dictionary<string, string> window, CancellationToken cancellationToken)
    {
        var found = new List<StoryGap>();
        await using var rows = await RowReader.QueryAsync(
            _client,
            $"SELECT toString(gap_start), toString(gap_end), first_missing_id, last_missing_id, toString(cause), toString(state), toString(reason) FROM k2.feed_gaps WHERE {OfInstrument} AND toUnixTimestamp64Micro(gap_start) < {{until:Int64}} AND toUnixTimestamp64Micro(gap_end) >= {{from:Int64}} ORDER BY gap_start LIMIT 100",
            window,
            cancellationToken);
        while (rows.HasRow()) found.Add(new StoryGap(rows.Text(), rows.Text(), rows.Int64(), rows.Int64(), rows.Text(), rows.Text(), rows.Text()));
        return found;
    }

    private static StoryRow Values(RowReader rows) =>
        new(rows.Text(), rows.Text(), rows.Text(), rows.Text(), rows.Text(), rows.Text(), rows.Int64(), rows.Text(), rows.Text(), rows.Int64(), rows.Int64());

    private static string Position(long version) => string.Create(CultureInfo.InvariantCulture, $"{new Domain.Log.LogPosition(version).Epoch}:{new Domain.Log.LogPosition(version).Offset}");
}
