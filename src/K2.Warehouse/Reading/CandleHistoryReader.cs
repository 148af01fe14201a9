using System.Globalization;
using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>
/// Reads closed candles' past: their values anew from the trades, and the history that was written of them. All statements take a bounded number of
/// windows, however many are asked for, and only the days that hold them.
/// </summary>
internal sealed class CandleHistoryReader(ClickHouseClient client)
{
    /// <summary>Windows of one statement: their starts take about 18 bytes each in its parameters.</summary>
    private const int WindowsPerQuery = 2000;

    private const string Values = "open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id";

    public async Task<IReadOnlyList<Candle>> RebuildAsync(Instrument instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken)
    {
        const string sql = $$"""
            SELECT start, open, high, low, close, volume, quote, trades, open_time, close_time, open_id, close_id, toInt32(ifNull(revision, 0)) FROM
            (
                SELECT intDiv(toUnixTimestamp64Micro(timestamp), {length:Int64}) * {length:Int64} AS start,
                    argMin(price, (timestamp, first_trade_id)) AS open, max(price) AS high, min(price) AS low, argMax(price, (timestamp, last_trade_id)) AS close,
                    sum(quantity) AS volume, sum(quote_volume) AS quote, sum(last_trade_id - first_trade_id + 1) AS trades,
                    min(timestamp) AS open_time, max(timestamp) AS close_time, argMin(first_trade_id, (timestamp, first_trade_id)) AS open_id, argMax(last_trade_id, (timestamp, last_trade_id)) AS close_id
                FROM k2.silver_trades
                WHERE {{OfInstrument}} AND version <= {version:Int64} AND toYYYYMMDD(timestamp) IN {days:Array(UInt32)}
                    AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
                GROUP BY start HAVING has({starts:Array(Int64)}, start)
            ) AS values
            LEFT JOIN
            (
                SELECT toUnixTimestamp64Micro(window_start) AS start, max(revision) AS revision FROM k2.candle_revisions_store
                WHERE {{OfInstrument}} AND timeframe = {timeframe:String} AND version <= {version:Int64}
                    AND window_start >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
                GROUP BY start
            ) AS revised USING start
            """;
        var candles = new List<Candle>();
        foreach (var (timeframe, parameters) in Parts(instrument.Id, windows, upTo))
        {
            await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken);
            while (rows.HasRow())
            {
                var start = rows.Time();
                candles.Add(ClickHouseWarehouseReader.ReadValues(rows, instrument, timeframe, start) with { Revision = rows.Int32(), Position = upTo });
            }
        }

        return candles;
    }

    public async Task<IReadOnlyDictionary<CandleWindow, long>> ReadCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken)
    {
        const string sql = $$"""
            SELECT window_start, argMax(trade_count, version) FROM k2.candle_revisions_store
            WHERE {{OfInstrument}} AND timeframe = {timeframe:String} AND version <= {version:Int64}
                AND window_start >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
            GROUP BY window_start HAVING has({starts:Array(Int64)}, toUnixTimestamp64Micro(window_start))
            """;
        var counts = new Dictionary<CandleWindow, long>();
        foreach (var (timeframe, parameters) in Parts(instrument, windows, upTo))
        {
            await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken);
            while (rows.HasRow()) counts[new CandleWindow(timeframe, rows.Time())] = rows.Int64();
        }

        return counts;
    }

    public async Task<CandleEvents> ReadEventsAsync(Instrument instrument, CandleEventQuery query, CancellationToken cancellationToken)
    {
        // First the end, in a statement of its own: rows are written before the checkpoint, so all events up to it are there when it is.
        var parameters = Parameters(instrument.Id);
        var durable = LogPosition.None;
        await using (var state = await RowReader.QueryAsync(client, $"SELECT max(version) FROM k2.symbol_state_store WHERE {OfInstrument}", parameters, cancellationToken))
        {
            if (state.HasRow()) durable = new LogPosition(state.Int64());
        }

        if (durable <= query.Above) return new CandleEvents([], query.Above, false);
        parameters["above"] = Text(query.Above.Version);
        parameters["to"] = Text(durable.Version);
        var ofTimeframe = "";
        if (query.Timeframe is { } timeframe)
        {
            parameters["timeframe"] = timeframe.ToName();
            ofTimeframe = " AND timeframe = {timeframe:String}";
        }

        // Without FINAL, so that the index on the version helps: a row that stands twice is the same row.
        var sql = $"SELECT toInt8(timeframe), window_start, {Values}, closed, toInt8(complete), revision, version, known_at FROM k2.candle_revisions_store WHERE {OfInstrument}{ofTimeframe} AND change IN ('closed', 'revised') AND version > {{above:Int64}} AND version <= {{to:Int64}} ORDER BY version LIMIT {Text(query.Limit)} WITH TIES";
        var events = new Dictionary<(LogPosition, CandleWindow), Candle>();
        var read = 0;
        await using (var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken))
        {
            for (; rows.HasRow(); read++)
            {
                var of = (Timeframe)rows.Byte();
                var row = ClickHouseWarehouseReader.ReadValues(rows, instrument, of, rows.Time()) with
                {
                    Closed = rows.Byte() != 0,
                    Complete = (Completeness)rows.Byte(),
                    Revision = rows.Int32(),
                    Position = new LogPosition(rows.Int64()),
                    KnownAt = rows.Time(),
                };
                events[(row.Position, new CandleWindow(of, row.WindowStart))] = row;
            }
        }

        var ordered = events.Values.OrderBy(row => row.Position).ThenBy(row => row.Timeframe).ThenBy(row => row.WindowStart).ToList();
        return read < query.Limit ? new CandleEvents(ordered, durable, false) : new CandleEvents(ordered, ordered[^1].Position, ordered[^1].Position < durable);
    }

    private static IEnumerable<(Timeframe Timeframe, Dictionary<string, string> Parameters)> Parts(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo)
    {
        foreach (var timeframe in windows.GroupBy(window => window.Timeframe))
        {
            var length = timeframe.Key.LengthMicroseconds();
            foreach (var starts in timeframe.Select(window => window.Start.Microseconds).Distinct().Order().Chunk(WindowsPerQuery))
            {
                var parameters = Parameters(instrument);
                parameters["length"] = Text(length);
                parameters["from"] = Text(starts[0]);
                parameters["to"] = Text(starts[^1] + length);
                parameters["version"] = Text(upTo.Version);
                parameters["starts"] = "[" + string.Join(',', starts.Select(Text)) + "]";
                parameters["days"] = "[" + string.Join(',', starts.Select(start => new Domain.Timestamp(start).ToDateTime().ToString("yyyyMMdd", CultureInfo.InvariantCulture)).Distinct()) + "]";
                parameters["timeframe"] = timeframe.Key.ToName();
                yield return (timeframe.Key, parameters);
            }
        }
    }
}
