using System.Globalization;
using System.Text;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Tests.Parquet;

/// <summary>Bytes that ClickHouse 26.7 answered to the tables' select lists over the real views.</summary>
public sealed class NativeFromEngineTests
{
    private const string Silver =
        "EwEIZXhjaGFuZ2UGU3RyaW5nB2JpbmFuY2UGc3ltYm9sBlN0cmluZwdCVENVU0RUEGNhbm9uaWNhbF9zeW1ib2wGU3RyaW5nCEJUQy1VU0RUCHRyYWRlX2lkBUludDY0//////////8FcHJpY2UPRG" +
        "VjaW1hbCgzOCwgMTgp/////z8iigl6xIZaqEw7SwhxdWFudGl0eQ9EZWNpbWFsKDM4LCAxOCn/////////////////////DHF1b3RlX3ZvbHVtZQ9EZWNpbWFsKDM4LCAxOCkAAAAAAAAAAAAAAAAA" +
        "AAAABHNpZGUGU3RyaW5nA0JVWQl0aW1lc3RhbXAURGF0ZVRpbWU2NCg2LCAnVVRDJyn//////////xNpbmdlc3Rpb25fdGltZXN0YW1wFERhdGVUaW1lNjQoNiwgJ1VUQycpQoItGCQKBgAScmVjZW" +
        "l2ZWRfdGltZXN0YW1wFERhdGVUaW1lNjQoNiwgJ1VUQycpQYItGCQKBgAIaWRfZXBvY2gFSW50MzL//wAADmZpcnN0X3RyYWRlX2lkBUludDY0AQAAAAAAAAANbGFzdF90cmFkZV9pZAVJbnQ2NAIA" +
        "AAAAAAAABGtpbmQGU3RyaW5nBnNpbmdsZQZzb3VyY2UGU3RyaW5nBGxpdmUHdmVyc2lvbgVJbnQ2NAUAAAAAAAIACWxvZ19lcG9jaAVJbnQzMgIAAAAKbG9nX29mZnNldAVJbnQ2NAUAAAAAAAAA";

    private const string Kraken =
        "CwIGb3JpZ2luBlN0cmluZwJjMQJjMQhzZXF1ZW5jZQVJbnQ2NAEAAAAAAAAAAQAAAAAAAAAScmVjZWl2ZWRfdGltZXN0YW1wFERhdGVUaW1lNjQoNiwgJ1VUQycpQYItGCQKBgBBgi0YJAoGAAxtZX" +
        "NzYWdlX3R5cGUGU3RyaW5nBnVwZGF0ZQZ1cGRhdGUGc3ltYm9sBlN0cmluZwdCVEMvVVNEB0JUQy9VU0QEc2lkZQZTdHJpbmcDYnV5A2J1eQVwcmljZQ9EZWNpbWFsKDM4LCAxOCkAAKqKEWOJx9UH" +
        "AAAAAAAAAAAWew0S0RQAAAAAAAAAAANxdHkPRGVjaW1hbCgzOCwgMTgpAACy01lb8AYAAAAAAAAAAAAAyE5nbcEbAAAAAAAAAAAIb3JkX3R5cGUGU3RyaW5nBWxpbWl0Bm1hcmtldAh0cmFkZV9pZA" +
        "VJbnQ2NAkAAAAAAAAACgAAAAAAAAAJdGltZXN0YW1wHk51bGxhYmxlKERhdGVUaW1lNjQoNiwgJ1VUQycpKQABQCIgGCQKBgAAAAAAAAAAAA==";

    [Fact]
    public void SilverTrade_IsExact()
    {
        var row = Only(ColdTables.SilverTrades, Silver, 1);
        Assert.Equal("binance", Encoding.UTF8.GetString(row["exchange"].TextAt(0)));
        Assert.Equal("BUY", Encoding.UTF8.GetString(row["side"].TextAt(0)));
        Assert.Equal(-1, row["trade_id"].Longs[0]);
        Assert.Equal(Int128.Parse("99999999999999999999999999999999999999", CultureInfo.InvariantCulture), row["price"].Decimals[0]);
        Assert.Equal(Int128.NegativeOne, row["quantity"].Decimals[0]);
        Assert.Equal(-1, row["timestamp"].Longs[0]);
        Assert.Equal(1_700_000_001_000_001, row["received_timestamp"].Longs[0]);
        Assert.Equal(65535, row["id_epoch"].Ints[0]);
        Assert.Equal(562_949_953_421_317, row["version"].Longs[0]);
    }

    [Fact]
    public void KrakenTradeWithoutTime_IsNull()
    {
        var rows = Only(ColdTables.BronzeKraken, Kraken, 2);
        Assert.Equal([0, 1], rows["timestamp"].Nulls[..2].Select(value => (int)value));
        Assert.Equal(1_700_000_000_123_456, rows["timestamp"].Longs[0]);
        Assert.Equal("market", Encoding.UTF8.GetString(rows["ord_type"].TextAt(1)));
        Assert.Equal([9L, 10], rows["trade_id"].Longs[..2]);
    }

    private static Dictionary<string, ColumnBuffer> Only(ColdTable table, string native, int rows)
    {
        var reader = new NativeReader(new MemoryStream(Convert.FromBase64String(native)), [.. table.Columns.Where(column => column.Type != ColdType.TextMap)]);
        Assert.Equal(rows, reader.Next());
        return reader.Columns.ToDictionary(buffer => buffer.Column.Name);
    }
}
