using System.Globalization;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain.Candles;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Cold;

/// <summary>
/// The statements that the cold tier's rows come by. Conditions stand inside of a subquery on the stored columns, so that the engine's indexes see them; names come from code,
/// values are parameters.
/// </summary>
internal sealed class ColdSelect
{
    private const string RawFrames = "k2.raw_frames";
    private const string Above = "9223372036854775807";
    private readonly ColdTable _table;

    public ColdSelect(ColdTable table)
    {
        _table = table;
        if (table.Layer == ColdLayer.Gold) Parameters["timeframe"] = table.Timeframe.ToName();
    }

    /// <summary>The parameters of the statement that was made.</summary>
    public Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the partitions of some ranges with about their rows.</summary>
    public string Slices(IReadOnlyList<ColdRange> ranges)
    {
        if (_table.IsOfRawLog)
        {
            return $"""
                SELECT toInt32(toDate(received_at)), toString(exchange), concat(exchange, '/', toString(log_partition)), toInt64(count()) FROM k2.raw_chunks
                ARRAY JOIN received_timestamps AS received_at, positions AS position
                WHERE {OfExchange()}{InRanges("concat(exchange, '/', toString(log_partition))", "position", ranges)} AND last_position > {"{low:Int64}"} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                """;
        }

        return $"""
            SELECT toInt32(toDate({_table.DayOf})), toString(exchange), concat(exchange, ':', canonical_symbol), toInt64(count()) FROM {Store}
            WHERE {OfKind}{InRanges(null, ranges)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """;
    }

    /// <summary>Returns the rows of a day and an exchange, or their number.</summary>
    /// <param name="day">The day.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="ranges">The positions; null is all.</param>
    /// <param name="viewText">Of a bronze table the text of its view, else null.</param>
    /// <param name="counts">Whether only their number is asked for.</param>
    /// <param name="ordered">Whether they are ordered as the table is.</param>
    public string Rows(int? day, string? exchange, IReadOnlyList<ColdRange>? ranges, string? viewText, bool counts, bool ordered)
    {
        if (exchange is not null) Parameters["exchange"] = exchange;
        var partition = day is { } date ? OfDay(date) : "1 = 1";
        var source = _table.Layer switch
        {
            ColdLayer.Raw => Frames(day is not null, ranges),
            ColdLayer.Bronze => viewText!.Replace(RawFrames, $"({Frames(day is not null, ranges)}) AS raw_frames", StringComparison.Ordinal),
            _ => $"SELECT * FROM {_table.View} WHERE {partition}{(_table.Layer == ColdLayer.Gold ? " AND closed = 1" : "")}{(ranges is null ? "" : OfSymbols(partition, exchange, ranges))}",
        };
        if (counts) return $"SELECT toInt64(count()) FROM ({source})";

        // Inside, where names are those of stored columns: the order of most tables is that of the stored one's key, and is then read and not sorted.
        var order = ordered ? " ORDER BY " + string.Join(", ", _table.SortedBy.Select(name => $"`{name}`{(_table[name].Nullable ? " NULLS FIRST" : "")}")) : "";

        // A timeframe is a number there and a text here, with another order.
        return _table.Layer == ColdLayer.History ? $"SELECT {_table.SelectList} FROM ({source}){order}" : $"SELECT {_table.SelectList} FROM (SELECT * FROM ({source}){order})";
    }

    /// <summary>Returns for each part of the raw log with frames of a day and an exchange how many there are, and positions that divide them into about equal portions.</summary>
    public string Portions(int day, string exchange, IReadOnlyList<ColdRange> ranges, int portions)
    {
        Parameters["exchange"] = exchange;
        OfDay(day);
        var shares = string.Join(", ", Enumerable.Range(1, portions - 1).Select(number => ((double)number / portions).ToString(CultureInfo.InvariantCulture)));
        return $"""
            SELECT concat(exchange, '/', toString(log_partition)) AS key, toInt64(count()), arrayMap(border -> toInt64(floor(border)), quantiles({shares})(position)) FROM k2.raw_chunks
            ARRAY JOIN received_timestamps AS received_timestamp, positions AS position
            WHERE {FramesOfDay} AND {InRanges("concat(exchange, '/', toString(log_partition))", "position", ranges)} GROUP BY key ORDER BY key
            """;
    }

    /// <summary>Returns where the chunk of a range of the raw log ends with which there are so many frames, or the range's end.</summary>
    public string Border(ColdRange range, long frames)
    {
        (Parameters["key"], Parameters["low"], Parameters["high"], Parameters["frames"]) = (range.Key, Text(range.From ?? -1), Text(range.To), Text(frames));
        return $"""
            SELECT min(if(upto >= {"{frames:Int64}"}, last_position, {"{high:Int64}"})) FROM (
                SELECT last_position, sum(toInt64(length(sequences))) OVER (ORDER BY last_position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto FROM k2.raw_chunks
                WHERE concat(exchange, '/', toString(log_partition)) = {"{key:String}"} AND last_position > {"{low:Int64}"} AND last_position - toInt64(length(sequences)) < {"{high:Int64}"}
                UNION ALL SELECT {"{high:Int64}"}, toInt64(0))
            """;
    }

    /// <summary>Returns the number of stored rows of a day and an exchange.</summary>
    public string Stored(int day, string exchange, IReadOnlyList<ColdRange> ranges)
    {
        Parameters["exchange"] = exchange;
        return $"SELECT toInt64(count()) FROM {Store} WHERE {OfKind}{OfDay(day)} AND {InRanges(exchange, ranges)}";
    }

    /// <summary>Returns the earliest partition time of rows above their positions; of candles also of those that are not closed.</summary>
    public string FirstBeyond(IReadOnlyDictionary<string, long> positions)
    {
        var ranges = positions.Select(position => new ColdRange(position.Key, null, position.Value)).ToList();
        Arrays(ranges);
        if (_table.IsOfRawLog)
        {
            return $"SELECT min(first_received), toUInt8(count() > 0) FROM k2.raw_chunks WHERE {OfExchange()}last_position > transform(concat(exchange, '/', toString(log_partition)), {"{keys:Array(String)}"}, {"{tos:Array(Int64)}"}, toInt64(-1))";
        }

        var beyond = $"version > transform(concat(exchange, ':', canonical_symbol), {"{keys:Array(String)}"}, {"{tos:Array(Int64)}"}, toInt64(-1))";
        return $"SELECT min({_table.DayOf}), toUInt8(count() > 0) FROM {Store} WHERE {OfKind.Replace(" AND closed = 1", "", StringComparison.Ordinal)}({beyond}{(_table.Layer == ColdLayer.Gold ? " OR closed = 0" : "")})";
    }

    /// <summary>The table that the view shows.</summary>
    public string Store => _table.Layer switch
    {
        ColdLayer.Silver => "k2.silver_trades_store",
        ColdLayer.Gold => "k2.ohlcv_store",
        ColdLayer.History => "k2.candle_revisions_store",
        _ => "k2.raw_chunks",
    };

    private string OfKind => _table.Layer == ColdLayer.Gold ? "timeframe = {timeframe:String} AND closed = 1 AND " : "";

    private string OfDay(int day)
    {
        (Parameters["day"], Parameters["next_day"]) = (Text(day), Text(day + 1));
        return $"exchange = {"{exchange:String}"} AND {_table.DayOf} >= {Midnight("day")} AND {_table.DayOf} < {Midnight("next_day")}";
    }

    private string OfExchange()
    {
        if (_table.Layer != ColdLayer.Bronze) return "";
        Parameters["exchange"] = Domain.Instruments.ExchangeNames.ToName(_table.Exchange);
        return "exchange = {exchange:String} AND ";
    }

    // A frame that came twice, in a chunk that was archived again, is one frame. A chunk lies on the day of its first frame; where a clock was set back, a later one may be of the day before.
    private string Frames(bool ofDay, IReadOnlyList<ColdRange>? ranges)
    {
        return $"""
            SELECT exchange, origin, sequence, received_timestamp, frame FROM k2.raw_chunks
            ARRAY JOIN sequences AS sequence, received_timestamps AS received_timestamp, frames AS frame, positions AS position
            WHERE {(ofDay ? FramesOfDay : OfExchange() + "1 = 1")}{(ranges is null ? "" : $" AND last_position > {"{low:Int64}"} AND {InRanges("concat(exchange, '/', toString(log_partition))", "position", ranges)}")}
            LIMIT 1 BY exchange, origin, sequence
            """;
    }

    private static string FramesOfDay =>
        $"exchange = {"{exchange:String}"} AND first_received >= {Midnight("day")} - toIntervalDay(1) AND first_received < {Midnight("next_day")} + toIntervalDay(1) AND received_timestamp >= {Midnight("day")} AND received_timestamp < {Midnight("next_day")}";

    // One row of those with an identity is asked for, so the engine has to read all that may hold an identity again. It finds the new rows by the index of their versions, but takes with them whatever has a key between the
    // keys of one of their granules, and a granule that ends with one symbol and begins with the next is between all earlier rows of a day. Where it knows the blocks of keys beforehand, it reads these.
    private string OfSymbols(string partition, string? exchange, IReadOnlyList<ColdRange> ranges)
    {
        var inRanges = InRanges(exchange, ranges);
        var key = _table.Layer switch
        {
            ColdLayer.Silver => "exchange, canonical_symbol, id_epoch, intDiv(trade_id, 8192)",
            ColdLayer.History => "exchange, canonical_symbol, timeframe, toDate(window_start)",
            _ => null,
        };
        return key is null || ranges.All(range => range.From is null) ? $" AND {inRanges}" : $" AND {inRanges} AND ({key}) IN (SELECT DISTINCT {key} FROM {Store} WHERE {partition} AND {inRanges})";
    }

    // Of one exchange the symbol alone is the key: a text of few values is looked up once for each value, one that is put together once for each row.
    private string InRanges(string? exchange, IReadOnlyList<ColdRange> ranges)
    {
        if (exchange is null) return InRanges("concat(exchange, ':', canonical_symbol)", "version", ranges);
        return InRanges("canonical_symbol", "version", [.. ranges.Where(range => range.Key.StartsWith(exchange + ":", StringComparison.Ordinal)).Select(range => range with { Key = range.Key[(exchange.Length + 1)..] })]);
    }

    private string InRanges(string key, string position, IReadOnlyList<ColdRange> ranges)
    {
        Arrays(ranges);
        return $"""
            {position} > {"{low:Int64}"} AND {position} <= {"{high:Int64}"}
            AND {position} > transform({key}, {"{keys:Array(String)}"}, {"{froms:Array(Int64)}"}, toInt64({Above})) AND {position} <= transform({key}, {"{keys:Array(String)}"}, {"{tos:Array(Int64)}"}, toInt64(-1))
            """;
    }

    private void Arrays(IReadOnlyList<ColdRange> ranges)
    {
        // What has no position of its own counts as 0.
        Parameters["keys"] = Texts(ranges.Select(range => range.Key));
        Parameters["froms"] = Texts(ranges.Select(range => range.From ?? -1));
        Parameters["tos"] = Texts(ranges.Select(range => range.To));
        Parameters["low"] = Text(ranges.Select(range => range.From ?? -1).DefaultIfEmpty(-1).Min());
        Parameters["high"] = Text(ranges.Select(range => range.To).DefaultIfEmpty(-1).Max());
    }

    private static string Midnight(string parameter) => $"fromUnixTimestamp64Micro({{{parameter}:Int64}} * 86400000000, 'UTC')";
}
