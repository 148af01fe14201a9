using static K2.ColdTier.Parquet.ColdType;

namespace K2.ColdTier.Parquet;

/// <summary>All cold tables. Field ids are their columns' places and stay: a new column is added at the end with the next free id.</summary>
public static class ColdTables
{
    /// <summary>Frames as received. A frame is bytes, because what an exchange sends need not be text.</summary>
    public static ColdTable RawFrames { get; } = Table("raw_frames", "received_timestamp", true, ["origin", "sequence"],
        ("exchange", Text), ("origin", Text), ("sequence", Long), ("received_timestamp", Timestamp), ("frame", Binary));

    /// <summary>Binance's trades in its own words.</summary>
    public static ColdTable BronzeBinance { get; } = Table("bronze_trades_binance", "received_timestamp", false, ["symbol", "trade_time", "trade_id"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", Timestamp), ("body", Text), ("event_type", Text), ("event_time", Timestamp), ("symbol", Text),
        ("trade_id", Long), ("price", ColdType.Decimal), ("quantity", ColdType.Decimal), ("first_trade_id", Long), ("last_trade_id", Long), ("trade_time", Timestamp),
        ("is_buyer_maker", ColdType.Boolean));

    /// <summary>Kraken's trades in its own words. A time that cannot be read is null.</summary>
    public static ColdTable BronzeKraken { get; } = Table("bronze_trades_kraken", "received_timestamp", false, ["symbol", "timestamp", "trade_id"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", Timestamp), ("message_type", Text), ("symbol", Text), ("side", Text), ("price", ColdType.Decimal),
        ("qty", ColdType.Decimal), ("ord_type", Text), ("trade_id", Long), ("timestamp?", Timestamp));

    /// <summary>Coinbase's trades in its own words. A time that cannot be read is null.</summary>
    public static ColdTable BronzeCoinbase { get; } = Table("bronze_trades_coinbase", "received_timestamp", false, ["product_id", "time", "trade_id"],
        ("origin", Text), ("sequence", Long), ("received_timestamp", Timestamp), ("sequence_num", Long), ("event_type", Text), ("product_id", Text), ("trade_id", Text),
        ("price", ColdType.Decimal), ("size", ColdType.Decimal), ("maker_side", Text), ("time?", Timestamp));

    /// <summary>Trades, each once. <c>vendor_data</c> (what the exchange said beyond the common fields) has no source yet and is null; the bronze tables hold it.</summary>
    public static ColdTable SilverTrades { get; } = Table("silver_trades", "timestamp", true, ["canonical_symbol", "timestamp", "trade_id"],
        ("exchange", Text), ("symbol", Text), ("canonical_symbol", Text), ("trade_id", Long), ("price", ColdType.Decimal), ("quantity", ColdType.Decimal),
        ("quote_volume", ColdType.Decimal), ("side", Text), ("timestamp", Timestamp), ("ingestion_timestamp", Timestamp), ("received_timestamp", Timestamp), ("id_epoch", Int),
        ("first_trade_id", Long), ("last_trade_id", Long), ("kind", Text), ("source", Text), ("version", Long), ("log_epoch", Int), ("log_offset", Long), ("vendor_data?", TextMap));

    /// <summary>Candles, one table for each timeframe.</summary>
    public static IReadOnlyList<ColdTable> Gold { get; } = [.. new[] { "1m", "5m", "15m", "30m", "1h", "1d" }.Select(GoldOf)];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ColdTable> All { get; } = [RawFrames, BronzeBinance, BronzeKraken, BronzeCoinbase, SilverTrades, .. Gold];

    private static ColdTable GoldOf(string timeframe) => Table("gold_ohlcv_" + timeframe, "window_start", true, ["canonical_symbol", "window_start"],
        ("exchange", Text), ("symbol", Text), ("canonical_symbol", Text), ("window_start", Timestamp), ("window_end", Timestamp), ("open_price", ColdType.Decimal),
        ("high_price", ColdType.Decimal), ("low_price", ColdType.Decimal), ("close_price", ColdType.Decimal), ("volume", ColdType.Decimal), ("quote_volume", ColdType.Decimal),
        ("trade_count", Long), ("open_time", Timestamp), ("close_time", Timestamp), ("open_trade_id", Long), ("close_trade_id", Long), ("closed", ColdType.Boolean),
        ("complete", Text), ("revision", Int), ("version", Long), ("updated_at", Timestamp)) with { View = "k2.ohlcv_" + timeframe };

    // A name that ends in a question mark is nullable. The ids of a map's parts follow those of the columns, as Iceberg numbers a new schema.
    private static ColdTable Table(string name, string dayOf, bool hasExchange, string[] sortedBy, params (string Name, ColdType Type)[] columns)
    {
        var nested = columns.Length;
        return new ColdTable(name, "k2." + name, [.. columns.Select((column, index) => column.Type == TextMap
            ? new ColdColumn(index + 1, column.Name.TrimEnd('?'), column.Type, column.Name.EndsWith('?'), ++nested, ++nested)
            : new ColdColumn(index + 1, column.Name.TrimEnd('?'), column.Type, column.Name.EndsWith('?')))], dayOf, hasExchange, sortedBy);
    }
}
