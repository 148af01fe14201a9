using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Tests.Parquet;

/// <summary>Field ids are in every file ever written: these values may only grow at the end.</summary>
public sealed class ColdTablesTests
{
    private const string Candle = "1 exchange Text|2 symbol Text|3 canonical_symbol Text|4 window_start Timestamp|5 window_end Timestamp|6 open_price Decimal|7 high_price Decimal|" +
        "8 low_price Decimal|9 close_price Decimal|10 volume Decimal|11 quote_volume Decimal|12 trade_count Long|13 open_time Timestamp|14 close_time Timestamp|" +
        "15 open_trade_id Long|16 close_trade_id Long|17 closed Boolean|18 complete Text|19 revision Int|20 version Long|21 updated_at Timestamp stamp";

    private const string Gold = Candle + " by day(window_start), exchange; sorted canonical_symbol, window_start";

    private static readonly Dictionary<string, string> _frozen = new()
    {
        ["raw_frames"] = "1 exchange Text|2 origin Text|3 sequence Long|4 received_timestamp Timestamp|5 frame Binary by day(received_timestamp), exchange; sorted origin, sequence",
        ["bronze_trades_binance"] = "1 origin Text|2 sequence Long|3 received_timestamp Timestamp|4 body Text|5 event_type Text|6 event_time Timestamp|7 symbol Text|8 trade_id Long|" +
            "9 price Decimal|10 quantity Decimal|11 first_trade_id Long|12 last_trade_id Long|13 trade_time Timestamp|14 is_buyer_maker Boolean" +
            " by day(received_timestamp); sorted symbol, trade_time, trade_id, origin, sequence",
        ["bronze_trades_kraken"] = "1 origin Text|2 sequence Long|3 received_timestamp Timestamp|4 message_type Text|5 symbol Text|6 side Text|7 price Decimal|8 qty Decimal|" +
            "9 ord_type Text|10 trade_id Long|11 timestamp Timestamp null by day(received_timestamp); sorted symbol, timestamp, trade_id, origin, sequence",
        ["bronze_trades_coinbase"] = "1 origin Text|2 sequence Long|3 received_timestamp Timestamp|4 sequence_num Long|5 event_type Text|6 product_id Text|7 trade_id Text|" +
            "8 price Decimal|9 size Decimal|10 maker_side Text|11 time Timestamp null by day(received_timestamp); sorted product_id, time, trade_id, origin, sequence",
        ["silver_trades"] = "1 exchange Text|2 symbol Text|3 canonical_symbol Text|4 trade_id Long|5 price Decimal|6 quantity Decimal|7 quote_volume Decimal|8 side Text|" +
            "9 timestamp Timestamp|10 ingestion_timestamp Timestamp stamp|11 received_timestamp Timestamp|12 id_epoch Int|13 first_trade_id Long|14 last_trade_id Long|15 kind Text|" +
            "16 source Text|17 version Long|18 log_epoch Int|19 log_offset Long|20 conditions TextList 22|21 vendor_data TextMap 23:24" +
            " by day(timestamp), exchange; sorted canonical_symbol, id_epoch, trade_id",
        ["gold_ohlcv_1m"] = Gold,
        ["gold_ohlcv_5m"] = Gold,
        ["gold_ohlcv_15m"] = Gold,
        ["gold_ohlcv_30m"] = Gold,
        ["gold_ohlcv_1h"] = Gold,
        ["gold_ohlcv_1d"] = Gold,
        ["candle_revisions"] = Candle + "|22 timeframe Text|23 change Text|24 known_at Timestamp by day(window_start), exchange; sorted canonical_symbol, timeframe, window_start, version",
    };

    [Fact]
    public void Tables_AreFrozen() => Assert.Equal(_frozen, ColdTables.All.ToDictionary(table => table.Name, Describe));

    [Fact]
    public void PartitionAndSortColumns_Exist() => Assert.All(ColdTables.All, table =>
    {
        Assert.All(table.SortedBy, name => Assert.Contains(table.Columns, column => column.Name == name));
        Assert.Contains(table.Columns, column => column.Name == table.DayOf && column.Type == ColdType.Timestamp && !column.Nullable);
        Assert.Equal(table.HasExchange, table.Columns.Any(column => column.Name == "exchange"));
    });

    private static string Describe(ColdTable table) => string.Join('|', table.Columns.Select(column =>
            $"{column.Id} {column.Name} {column.Type}" + (column.Nullable ? " null" : "") + (column.IsStamp ? " stamp" : "") + (column.ItemId > 0 ? $" {column.ItemId}" : "") + (column.ValueId > 0 ? $":{column.ValueId}" : "")))
        + $" by day({table.DayOf})" + (table.HasExchange ? ", exchange" : "") + "; sorted " + string.Join(", ", table.SortedBy);
}
