using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>
/// Reads stored candles by their key. Of a window the row of the highest version is taken by LIMIT BY in the key's order: that reads the few granules
/// at the asked end, where FINAL would merge every row of the symbol first. Every month is a part of its own and gives at least a block, so that the
/// newest rows are first sought in the time that they would take without empty windows, back from the newest window that was seen before: enough rows
/// behind any moment have the newest ones among them, however old that moment is.
/// </summary>
internal sealed class CandleRowReader(ClickHouseClient client)
{
    private const string Columns = "window_start, open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, toInt8(complete), revision, version";
    private readonly ConcurrentDictionary<(InstrumentId Instrument, Timeframe Timeframe), Timestamp> _seen = new();

    public async IAsyncEnumerable<Candle> ReadAsync(Instrument instrument, CandleQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = (query.Instrument, query.Timeframe);
        if (query.NewestFirst && query.From is null)
        {
            Timestamp? seen = query.To is null && query.AsOf is null && _seen.TryGetValue(key, out var known) ? known : null;
            var newest = await ReadAsync(instrument, seen is { } end ? query with { From = new Timestamp(Math.Max(0, end.Microseconds - Span(query))) } : query, seen is null, cancellationToken).ToListAsync(cancellationToken);
            if (newest.Count > 0 && query.To is null && query.AsOf is null) _seen[key] = newest[0].WindowStart;
            if (newest.Count == query.Limit || (newest.Count == 0 && seen is null))
            {
                foreach (var row in newest) yield return row;
                yield break;
            }
        }

        await foreach (var row in ReadAsync(instrument, query, false, cancellationToken)) yield return row;
    }

    /// <summary>The limit's windows, and as many that may have no trades.</summary>
    private static long Span(CandleQuery query) => 2 * query.Limit * query.Timeframe.LengthMicroseconds();

    private async IAsyncEnumerable<Candle> ReadAsync(Instrument instrument, CandleQuery query, bool isNarrowed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parameters = Parameters(instrument.Id);
        parameters["timeframe"] = query.Timeframe.ToName();
        await using var rows = await RowReader.QueryAsync(client, Statement(query, parameters, isNarrowed), parameters, cancellationToken, ReadLimits.Settings);
        while (rows.HasRow())
        {
            var start = rows.Time();
            yield return ClickHouseWarehouseReader.ReadValues(rows, instrument, query.Timeframe, start) with { Closed = rows.Byte() != 0, Complete = (Completeness)rows.Byte(), Revision = rows.Int32(), Position = new LogPosition(rows.Int64()) };
        }
    }

    /// <summary>Returns the statement and adds its parameters.</summary>
    internal static string Statement(CandleQuery query, Dictionary<string, string> parameters, bool isNarrowed)
    {
        var where = OfInstrument + " AND timeframe = {timeframe:String}";
        where += Bound(">=", "from", query.From, parameters) + Bound("<", "to", query.To, parameters);
        var table = "ohlcv_store";
        if (query.AsOf is { } asOf)
        {
            table = "candle_revisions_store";
            parameters["as_of"] = Text(asOf.Microseconds);
            where += " AND known_at <= fromUnixTimestamp64Micro({as_of:Int64}, 'UTC')";
        }

        if (isNarrowed)
        {
            parameters["span"] = (Span(query) / Timestamp.MicrosecondsPerSecond).ToString(CultureInfo.InvariantCulture);
            where += $" AND window_start >= (SELECT max(window_start) FROM k2.{table} WHERE {where}) - toIntervalSecond({{span:Int64}})";
        }

        // All key columns stand in the order, so that it is the table's own (backwards) and is not sorted again.
        var direction = query.NewestFirst ? "DESC" : "ASC";
        return $"SELECT {Columns} FROM k2.{table} WHERE {where} ORDER BY exchange {direction}, canonical_symbol {direction}, timeframe {direction}, window_start {direction}, version DESC"
            + string.Create(CultureInfo.InvariantCulture, $" LIMIT 1 BY window_start LIMIT {query.Limit}");
    }

    private static string Bound(string comparison, string name, Timestamp? time, Dictionary<string, string> parameters)
    {
        if (time is not { } value) return "";
        parameters[name] = Text(value.Microseconds);
        return $" AND window_start {comparison} fromUnixTimestamp64Micro({{{name}:Int64}}, 'UTC')";
    }
}
