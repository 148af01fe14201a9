using K2.Domain.Candles;
using K2.Domain.Instruments;
using static K2.Abstractions.Cold.Tables.ColdType;

namespace K2.Abstractions.Cold.Tables;

/// <summary>All cold tables. Field ids are the columns' places and stay: a new column is added at the end with the next free id, and is nullable.</summary>
public static class ColdTables
{
    private static readonly (string Name, ColdType Type)[] CandleColumns =
    [
        ("exchange", Text), ("symbol", Text), ("canonical_symbol", Text), ("window_start", ColdType.Timestamp), ("window_end", ColdType.Timestamp), ("open_price", ColdType.Decimal),
        ("high_price", ColdType.Decimal), ("low_price", ColdType.Decimal), ("close_price", ColdType.Decimal), ("volume", ColdType.Decimal), ("quote_volume", ColdType.Decimal),
        ("trade_count", Long), ("open_time", ColdType.Timestamp), ("close_time", ColdType.Timestamp), ("open_trade_id", Long), ("close_trade_id", Long), ("closed", ColdType.Boolean),
        ("complete", Text), ("revision", Int), ("version", Long), ("updated_at!", ColdType.Timestamp),
    ];

    /// <summary>Frames as received. A frame is bytes, because what an exchange sends need not be text.</summary>
    public static ColdTable RawFrames { get; } = Table("raw_frames", ColdLayer.Raw, "received_timestamp", ["origin", "sequence"],
        ("exchange", Text), ("origin", Text), ("sequence", Long), ("received_timestamp", ColdType.Timestamp), ("frame", Binary));

    /// <summary>Binance's trades in its own words.</summary>
    public static ColdTable BronzeBinance { get; } = Table("bronze_trades_binance", ColdLayer.Bronze, "received_timestamp", ["symbol", "trade_time", "trade_id", "origin", "sequence"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", ColdType.Timestamp), ("body", Text), ("event_type", Text), ("event_time", ColdType.Timestamp), ("symbol", Text),
        ("trade_id", Long), ("price", ColdType.Decimal), ("quantity", ColdType.Decimal), ("first_trade_id", Long), ("last_trade_id", Long), ("trade_time", ColdType.Timestamp),
        ("is_buyer_maker", ColdType.Boolean)) with
    { Exchange = Exchange.Binance };

    /// <summary>Kraken's trades in its own words. A time that cannot be read is null.</summary>
    public static ColdTable BronzeKraken { get; } = Table("bronze_trades_kraken", ColdLayer.Bronze, "received_timestamp", ["symbol", "timestamp", "trade_id", "origin", "sequence"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", ColdType.Timestamp), ("message_type", Text), ("symbol", Text), ("side", Text), ("price", ColdType.Decimal),
        ("qty", ColdType.Decimal), ("ord_type", Text), ("trade_id", Long), ("timestamp?", ColdType.Timestamp)) with
    { Exchange = Exchange.Kraken };

    /// <summary>Coinbase's trades in its own words. A time that cannot be read is null.</summary>
    public static ColdTable BronzeCoinbase { get; } = Table("bronze_trades_coinbase", ColdLayer.Bronze, "received_timestamp", ["product_id", "time", "trade_id", "origin", "sequence"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", ColdType.Timestamp), ("sequence_num", Long), ("event_type", Text), ("product_id", Text), ("trade_id", Text),
        ("price", ColdType.Decimal), ("size", ColdType.Decimal), ("maker_side", Text), ("time?", ColdType.Timestamp)) with
    { Exchange = Exchange.Coinbase };

    /// <summary>Trades, each once. In the order of the exchange's ids, which rise with time: the warehouse gives it without sorting.</summary>
    public static ColdTable SilverTrades { get; } = Table("silver_trades", ColdLayer.Silver, "timestamp", ["canonical_symbol", "id_epoch", "trade_id"],
        ("exchange", Text), ("symbol", Text), ("canonical_symbol", Text), ("trade_id", Long), ("price", ColdType.Decimal), ("quantity", ColdType.Decimal),
        ("quote_volume", ColdType.Decimal), ("side", Text), ("timestamp", ColdType.Timestamp), ("ingestion_timestamp!", ColdType.Timestamp), ("received_timestamp", ColdType.Timestamp),
        ("id_epoch", Int), ("first_trade_id", Long), ("last_trade_id", Long), ("kind", Text), ("source", Text), ("version", Long), ("log_epoch", Int), ("log_offset", Long),
        ("conditions", TextList), ("vendor_data", TextMap));

    /// <summary>Candles, one table for each timeframe.</summary>
    public static IReadOnlyList<ColdTable> Gold { get; } = [.. Timeframes.All.Select(timeframe =>
        Table("gold_ohlcv_" + timeframe.ToName(), ColdLayer.Gold, "window_start", ["canonical_symbol", "window_start"], CandleColumns) with { Timeframe = timeframe })];

    /// <summary>The history of closed candles: what was known when.</summary>
    public static ColdTable CandleRevisions { get; } = Table("candle_revisions", ColdLayer.History, "window_start", ["canonical_symbol", "timeframe", "window_start", "version"],
        [.. CandleColumns, ("timeframe", Text), ("change", Text), ("known_at", ColdType.Timestamp)]);

    /// <summary>Returns the table that a query for candles reads: their latest values, or the history for what was known at a time.</summary>
    public static ColdTable CandlesOf(Timeframe timeframe, bool history) => history ? CandleRevisions : Gold.Single(gold => gold.Timeframe == timeframe);

    /// <summary>Those whose rows can be brought back into the warehouse, trades first.</summary>
    public static IReadOnlyList<ColdTable> Restorable { get; } = [SilverTrades, .. Gold, CandleRevisions];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ColdTable> All { get; } = [RawFrames, BronzeBinance, BronzeKraken, BronzeCoinbase, .. Restorable];

    // A name that ends in a question mark is nullable, in an exclamation mark a stamp. The ids of a list's and a map's parts follow those of the columns, as Iceberg numbers a new schema.
    private static ColdTable Table(string name, ColdLayer layer, string dayOf, string[] sortedBy, params (string Name, ColdType Type)[] columns)
    {
        var nested = columns.Length;
        return new ColdTable(name, layer, [.. columns.Select((column, index) => new ColdColumn(
            index + 1,
            column.Name.TrimEnd('?', '!'),
            column.Type,
            column.Name.EndsWith('?'),
            column.Type is TextList or TextMap ? ++nested : 0,
            column.Type is TextMap ? ++nested : 0,
            column.Name.EndsWith('!')))], dayOf, sortedBy);
    }
}
