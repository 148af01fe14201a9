using System.Runtime.CompilerServices;
using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>
/// Reads stored trades by time. Trades stand in the order of their ids, a partition a day, so that "the newest" would read every day: one-minute candles say
/// since when there are enough of them. Candles may be a second behind their trades or reach further back; both only change how much is read.
/// </summary>
internal sealed class TradeRowReader(ClickHouseClient client, CandleRowReader candles)
{
    internal const string Columns = "id_epoch, trade_id, first_trade_id, last_trade_id, toInt8(kind), price, quantity, toInt8(side), toInt8(source), timestamp, received_timestamp, version";
    private const int MostCandles = 1000;

    /// <summary>Returns the trades of one instrument in the query's order.</summary>
    /// <exception cref="ArgumentException">A cursor without the time of its trade.</exception>
    public async IAsyncEnumerable<PositionedTrade> ReadAsync(Instrument instrument, TradeQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (query.NewestFirst && query.From is null)
        {
            foreach (var from in await BeginningsAsync(instrument, query, cancellationToken))
            {
                var newest = await ReadRangeAsync(instrument, query with { From = from }, cancellationToken).ToListAsync(cancellationToken);
                if (newest.Count < query.Limit) continue;
                foreach (var trade in newest) yield return trade;
                yield break;
            }
        }

        await foreach (var trade in ReadRangeAsync(instrument, query, cancellationToken)) yield return trade;
    }

    /// <summary>Returns times since which there should be enough trades: by the candles' counts, and, where a row is more than one trade, by a row in every candle.</summary>
    private async Task<IReadOnlyList<Timestamp>> BeginningsAsync(Instrument instrument, TradeQuery query, CancellationToken cancellationToken)
    {
        var beginnings = new List<Timestamp>();
        long trades = 0;
        long windows = 0;
        await foreach (var candle in candles.ReadAsync(instrument, new CandleQuery(instrument.Id, Timeframe.OneMinute, null, query.To, Math.Min(query.Limit + 1, MostCandles), true), cancellationToken))
        {
            // What a window that ends later holds before the end is not known.
            if (query.To is { } end && candle.WindowEnd > end) continue;
            trades += candle.TradeCount;
            windows++;
            if (beginnings.Count == 0 && trades >= query.Limit) beginnings.Add(candle.WindowStart);
            if (windows == query.Limit && (beginnings.Count == 0 || beginnings[0] != candle.WindowStart)) beginnings.Add(candle.WindowStart);
        }

        return beginnings;
    }

    private async IAsyncEnumerable<PositionedTrade> ReadRangeAsync(Instrument instrument, TradeQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parameters = Parameters(instrument.Id);
        var where = OfInstrument;
        if (query.AfterTradeId is { } after)
        {
            var cursor = (query.NewestFirst ? query.To : query.From) ?? throw new ArgumentException("a cursor needs the time of its trade", nameof(query));
            parameters["at"] = Text(cursor.Microseconds);
            parameters["after"] = Text(after);
            where += query.NewestFirst
                ? " AND (timestamp, trade_id) < (fromUnixTimestamp64Micro({at:Int64}, 'UTC'), {after:Int64})" + Range(query.From, null, parameters)
                : " AND (timestamp, trade_id) > (fromUnixTimestamp64Micro({at:Int64}, 'UTC'), {after:Int64})" + Range(null, query.To, parameters);
        }
        else
        {
            where += Range(query.From, query.To, parameters);
        }

        var direction = query.NewestFirst ? "DESC" : "ASC";
        var sql = $"SELECT {Columns} FROM k2.silver_trades WHERE {where} ORDER BY timestamp {direction}, trade_id {direction} LIMIT {Text(query.Limit)}";
        await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken, ReadLimits.Settings);
        while (rows.HasRow()) yield return ReadTrade(rows, instrument);
    }

    /// <summary>Reads one row of <see cref="Columns"/>.</summary>
    internal static PositionedTrade ReadTrade(RowReader rows, Instrument instrument)
    {
        var trade = new Trade
        {
            IdEpoch = rows.UInt16(),
            TradeId = rows.Int64(),
            FirstTradeId = rows.Int64(),
            LastTradeId = rows.Int64(),
            Kind = (TradeKind)rows.Byte(),
            Price = new Price((long)rows.Decimal(instrument.PriceScale)),
            Quantity = new Quantity((long)rows.Decimal(instrument.QuantityScale)),
            Side = (TakerSide)rows.Byte(),
            Source = (TradeSource)rows.Byte(),
            ExchangeTime = rows.Time(),
            ReceivedTime = rows.Time(),
        };
        return new PositionedTrade(new LogPosition(rows.Int64()), trade);
    }

    private static string Range(Timestamp? from, Timestamp? to, Dictionary<string, string> parameters)
    {
        var text = "";
        if (from is { } first)
        {
            parameters["from"] = Text(first.Microseconds);
            text += " AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')";
        }

        if (to is { } end)
        {
            parameters["to"] = Text(end.Microseconds);
            text += " AND timestamp < fromUnixTimestamp64Micro({to:Int64}, 'UTC')";
        }

        return text;
    }
}
