using System.Globalization;
using CsCheck;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Tests.Parquet;

/// <summary>Rows with every type of column, and their words.</summary>
internal static class Rows
{
    public static readonly ColdTable Table = new(
        "all_types",
        ColdLayer.Silver,
        [
            new(1, "exchange", ColdType.Text), new(2, "canonical_symbol", ColdType.Text), new(3, "timestamp", ColdType.Timestamp), new(4, "trade_id", ColdType.Long), new(5, "price", ColdType.Decimal),
            new(6, "epoch", ColdType.Int), new(7, "closed", ColdType.Boolean), new(8, "frame", ColdType.Binary), new(9, "flags", ColdType.TextList, ItemId: 20), new(10, "extra", ColdType.TextMap, ItemId: 21, ValueId: 22),
            new(11, "maybe_time", ColdType.Timestamp, true), new(12, "maybe_text", ColdType.Text, true), new(13, "maybe_price", ColdType.Decimal, true), new(14, "maybe_int", ColdType.Int, true), new(15, "maybe_closed", ColdType.Boolean, true),
            new(16, "written_at", ColdType.Timestamp, IsStamp: true), new(17, "version", ColdType.Long),
        ],
        "timestamp",
        ["canonical_symbol", "timestamp", "trade_id"]);

    private static readonly Gen<byte[]> Text = Gen.OneOf(Gen.Const(Array.Empty<byte>()), Gen.String[Gen.Char['a', 'e'], 0, 3].Select(System.Text.Encoding.UTF8.GetBytes), Gen.Byte.Array[0, 40]);

    /// <summary>Any rows: nulls, empty lists, extreme numbers, bytes that are no text.</summary>
    public static readonly Gen<object?[][]> Any = Gen.Select(
        Gen.Select(Text, Text, Gen.Long, Gen.Long, Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new Int128(high, low))),
        Gen.Select(Gen.Int, Gen.Bool, Text, Text.Array[0, 4], Gen.Select(Text, Text).Array[0, 3]),
        Gen.Select(Gen.Long.Nullable(), Text.Select(Gen.Bool, (text, some) => some ? text : null), Gen.Long.Nullable(), Gen.Int.Nullable(), Gen.Bool.Nullable()),
        Gen.Select(Gen.Long, Gen.Long),
        (first, second, third, last) => new object?[]
        {
            first.Item1, first.Item2, first.Item3, first.Item4, first.Item5, second.Item1, second.Item2, second.Item3, second.Item4, second.Item5,
            third.Item1, third.Item2, third.Item3 is { } price ? (Int128)price : null, third.Item4, third.Item5, last.Item1, last.Item2,
        }).Array[1, 60];

    public static RowBlock Block(IReadOnlyList<object?[]> rows, ColdTable? table = null)
    {
        var block = new RowBlock(table ?? Table);
        block.Reset(rows.Count);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++) Set(block.Columns[i], block.Rows, row[i]);
            block.Rows++;
        }

        return block;
    }

    public static List<string> Words(IRowSource source)
    {
        var words = new List<string>();
        while (source.Next()) words.AddRange(Words(source.Block));
        return words;
    }

    public static IEnumerable<string> Words(RowBlock block) => Enumerable.Range(0, block.Rows).Select(row => string.Join('|', block.Columns.Select(column => Word(column, row))));

    private static string Word(ColumnBuffer column, int row) => column.Column.Nullable && column.Nulls[row] != 0 ? "null" : column.Column.Type switch
    {
        ColdType.Long or ColdType.Timestamp => column.Longs[row].ToString(CultureInfo.InvariantCulture),
        ColdType.Int => column.Ints[row].ToString(CultureInfo.InvariantCulture),
        ColdType.Boolean => column.Booleans[row].ToString(CultureInfo.InvariantCulture),
        ColdType.Decimal => column.Decimals[row].ToString(CultureInfo.InvariantCulture),
        ColdType.TextList or ColdType.TextMap => string.Join(',', Enumerable.Range(column.ItemStart(row), column.ItemEnds[row] - column.ItemStart(row)).Select(item => Convert.ToHexString(column.Texts[item]) + (column.Column.Type == ColdType.TextMap ? ":" + Convert.ToHexString(column.Values[item]) : ""))),
        _ => Convert.ToHexString(column.Texts[row]),
    };

    private static void Set(ColumnBuffer column, int row, object? value)
    {
        if (value is null)
        {
            column.SetMissing(row);
            return;
        }

        if (column.Column.Nullable) column.Nulls[row] = 0;
        switch (column.Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                column.Longs[row] = (long)value;
                break;
            case ColdType.Int:
                column.Ints[row] = (int)value;
                break;
            case ColdType.Boolean:
                column.Booleans[row] = (bool)value ? (byte)1 : (byte)0;
                break;
            case ColdType.Decimal:
                column.Decimals[row] = (Int128)value;
                break;
            case ColdType.TextList:
                foreach (var item in (byte[][])value) column.Texts.Add(item);
                column.ItemEnds[row] = column.Texts.Count;
                break;
            case ColdType.TextMap:
                foreach (var (key, item) in ((byte[], byte[])[])value)
                {
                    column.Texts.Add(key);
                    column.Values.Add(item);
                }

                column.ItemEnds[row] = column.Texts.Count;
                break;
            default:
                column.Texts.Add((byte[])value);
                break;
        }
    }
}
