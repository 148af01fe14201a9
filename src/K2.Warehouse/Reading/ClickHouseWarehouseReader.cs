using System.Runtime.CompilerServices;
using ClickHouse.Driver;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>Reads exact rows through the official driver with parameterised statements.</summary>
internal sealed class ClickHouseWarehouseReader : IWarehouseReader
{
    private readonly ClickHouseClient _client;
    private readonly InstrumentTable _instruments;
    private readonly CandleRowReader _candles;
    private readonly TradeRowReader _trades;
    private readonly CandleHistoryReader _history;

    public ClickHouseWarehouseReader(ClickHouseClient client, InstrumentTable instruments)
    {
        _client = client;
        _instruments = instruments;
        _candles = new CandleRowReader(client);
        _trades = new TradeRowReader(client, _candles);
        _history = new CandleHistoryReader(client);
    }

    public IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, CancellationToken cancellationToken) => _candles.ReadAsync(Known(query.Instrument), query, cancellationToken);

    public IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, CancellationToken cancellationToken) => _trades.ReadAsync(Known(query.Instrument), query, cancellationToken);

    public async Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken)
    {
        const int perQuery = 5000;
        var known = Known(instrument);
        var found = new List<PositionedTrade>();
        foreach (var ids in tradeIds.Chunk(perQuery))
        {
            var parameters = Parameters(instrument);
            parameters["epoch"] = Text(idEpoch);
            parameters["low"] = Text(ids.Min());
            parameters["high"] = Text(ids.Max());
            var wanted = ids.ToHashSet();
            var sql = $"SELECT {TradeRowReader.Columns} FROM k2.silver_trades WHERE {OfInstrument} AND id_epoch = {{epoch:UInt16}} AND trade_id BETWEEN {{low:Int64}} AND {{high:Int64}}";
            if (ids.Max() - ids.Min() > 10L * perQuery)
            {
                sql += " AND trade_id IN {ids:Array(Int64)}";
                parameters["ids"] = "[" + string.Join(',', ids.Select(id => Text(id))) + "]";
            }

            await using var rows = await RowReader.QueryAsync(_client, sql, parameters, cancellationToken);
            while (rows.HasRow())
            {
                var trade = TradeRowReader.ReadTrade(rows, known);
                if (wanted.Contains(trade.Trade.TradeId)) found.Add(trade);
            }
        }

        return found;
    }

    public Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) =>
        _history.RebuildAsync(Known(instrument), windows, upTo, cancellationToken);

    public async IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = Known(instrument);
        var parameters = Parameters(instrument);
        parameters["above"] = Text(above.Version);
        parameters["below"] = Text(below.Version);
        await using var rows = await RowReader.QueryAsync(_client, $"SELECT {TradeRowReader.Columns} FROM k2.silver_trades WHERE {OfInstrument} AND version > {{above:Int64}} AND version < {{below:Int64}} ORDER BY version", parameters, cancellationToken);
        while (rows.HasRow()) yield return TradeRowReader.ReadTrade(rows, known);
    }

    public async Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken)
    {
        await using var rows = await RowReader.QueryAsync(_client, $"SELECT version, state FROM k2.symbol_state WHERE {OfInstrument}", Parameters(instrument), cancellationToken);
        return rows.HasRow() ? new SymbolCheckpoint(new LogPosition(rows.Int64()), rows.Bytes()) : null;
    }

    public async Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken)
    {
        const string sql = "SELECT exchange, canonical_symbol, max(version) FROM (SELECT exchange, canonical_symbol, version FROM k2.symbol_state_store UNION ALL SELECT exchange, canonical_symbol, max(version) FROM k2.silver_trades_store GROUP BY exchange, canonical_symbol UNION ALL SELECT exchange, canonical_symbol, max(version) FROM k2.ohlcv_store GROUP BY exchange, canonical_symbol) GROUP BY exchange, canonical_symbol";
        var highest = new Dictionary<InstrumentId, LogPosition>();
        await using var rows = await RowReader.QueryAsync(_client, sql, new Dictionary<string, string>(), cancellationToken);
        while (rows.HasRow())
        {
            var exchange = rows.Text();
            var symbol = rows.Text();
            var position = new LogPosition(rows.Int64());
            if (ExchangeNames.TryParse(exchange, out var known) && InstrumentId.TryCreate(known, symbol, out var id)) highest[id] = position;
        }

        return highest;
    }

    public async IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        var where = "1";
        if (query.Exchange is { } exchange)
        {
            parameters["exchange"] = exchange.ToName();
            where += " AND exchange = {exchange:String}";
        }

        if (query.Symbol is { } symbol)
        {
            parameters["symbol"] = symbol;
            where += " AND canonical_symbol = {symbol:String}";
        }

        if (query.State is { } state)
        {
            parameters["state"] = Text((byte)state);
            where += " AND toInt8(state) = {state:Int8}";
        }

        var sql = $"SELECT exchange, canonical_symbol, id_epoch, gap_start, gap_end, first_missing_id, last_missing_id, toInt8(cause), toInt8(state), toInt8(reason), version FROM k2.feed_gaps WHERE {where} ORDER BY gap_start DESC, exchange, canonical_symbol LIMIT {Text(query.Limit)}";
        await using var rows = await RowReader.QueryAsync(_client, sql, parameters, cancellationToken, ReadLimits.Settings);
        while (rows.HasRow())
        {
            if (!ExchangeNames.TryParse(rows.Text(), out var known) | !InstrumentId.TryCreate(known, rows.Text(), out var id)) throw new K2Exception("k2.feed_gaps names an exchange or a symbol that this build does not know", isTransient: false);
            var idEpoch = rows.UInt16();
            var from = rows.Time();
            var until = rows.Time();
            var gap = new FeedGap(from, until, rows.Int64(), rows.Int64(), idEpoch, (GapCause)rows.Byte());
            var becomes = (GapState)rows.Byte();
            gap = gap with { Reason = (GapReason)rows.Byte() };
            yield return new StoredGap(id, new GapChange(gap, becomes, new LogPosition(rows.Int64())));
        }
    }

    public async Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken)
    {
        return new WarehouseCounts(
            await CountAsync("k2.silver_trades", cancellationToken),
            await CountAsync("k2.ohlcv", cancellationToken),
            await CountAsync("k2.raw_frames", cancellationToken),
            await CountAsync("k2.dead_letters", cancellationToken));
    }

    internal static Candle ReadValues(RowReader rows, Instrument instrument, Timeframe timeframe, Timestamp start) => new()
    {
        Instrument = instrument.Id,
        Timeframe = timeframe,
        WindowStart = start,
        Open = new Price((long)rows.Decimal(instrument.PriceScale)),
        High = new Price((long)rows.Decimal(instrument.PriceScale)),
        Low = new Price((long)rows.Decimal(instrument.PriceScale)),
        Close = new Price((long)rows.Decimal(instrument.PriceScale)),
        Volume = rows.Decimal(instrument.QuantityScale),
        QuoteVolume = rows.Decimal(instrument.PriceScale + instrument.QuantityScale),
        TradeCount = rows.Int64(),
        OpenTime = rows.Time(),
        CloseTime = rows.Time(),
        OpenTradeId = rows.Int64(),
        CloseTradeId = rows.Int64(),
        Closed = false,
        Complete = Completeness.Unknown,
        Revision = 0,
        Position = LogPosition.None,
    };

    private async Task<long> CountAsync(string view, CancellationToken cancellationToken)
    {
        await using var rows = await RowReader.QueryAsync(_client, $"SELECT toInt64(count()) FROM {view}", new Dictionary<string, string>(), cancellationToken);
        return rows.Int64();
    }

    private Instrument Known(InstrumentId id) => _instruments.TryGet(id, out var instrument) ? instrument : throw new ArgumentException($"{id} is not in the instruments file");

    public Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) =>
        _history.ReadCountsAsync(instrument, windows, upTo, cancellationToken);

    public Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken) => _history.ReadEventsAsync(Known(query.Instrument), query, cancellationToken);
}
