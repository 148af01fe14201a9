using System.Globalization;
using System.Text;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Parquet;

namespace K2.Cli.Bench.Cold;

/// <summary>Puts rows of the ledger into blocks, and rows of blocks into words by which they are compared.</summary>
internal static class LedgerRows
{
    /// <summary>Returns a block of rows.</summary>
    public static RowBlock ToBlock(ColdTable table, IReadOnlyList<LedgerRow> rows)
    {
        var block = new RowBlock(table);
        block.Reset(rows.Count);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Values.Length; i++) Set(block.Columns[i], block.Rows, row.Values[i]!);
            block.Rows++;
        }

        return block;
    }

    /// <summary>Returns a row of a block in words.</summary>
    public static string Text(RowBlock block, int row)
    {
        var text = new StringBuilder();
        foreach (var column in block.Columns)
        {
            text.Append(column.Column.Type switch
            {
                ColdType.Long or ColdType.Timestamp => column.Longs[row].ToString(CultureInfo.InvariantCulture),
                ColdType.Int => column.Ints[row].ToString(CultureInfo.InvariantCulture),
                ColdType.Boolean => column.Booleans[row] != 0 ? "true" : "false",
                ColdType.Decimal => column.Decimals[row].ToString(CultureInfo.InvariantCulture),
                ColdType.TextList or ColdType.TextMap => Items(column, row),
                _ => Convert.ToHexString(column.Texts[row]),
            }).Append('|');
        }

        return text.ToString();
    }

    private static string Items(ColumnBuffer column, int row) => string.Join(',', Enumerable.Range(column.ItemStart(row), column.ItemEnds[row] - column.ItemStart(row))
        .Select(item => Convert.ToHexString(column.Texts[item]) + (column.Column.Type == ColdType.TextMap ? "=" + Convert.ToHexString(column.Values[item]) : "")));

    private static void Set(ColumnBuffer column, int row, object value)
    {
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
                foreach (var item in (string[])value) column.Texts.Add(Encoding.UTF8.GetBytes(item));
                column.ItemEnds[row] = column.Texts.Count;
                break;
            case ColdType.TextMap:
                foreach (var (name, item) in ((string, string)[])value)
                {
                    column.Texts.Add(Encoding.UTF8.GetBytes(name));
                    column.Values.Add(Encoding.UTF8.GetBytes(item));
                }

                column.ItemEnds[row] = column.Texts.Count;
                break;
            default:
                column.Texts.Add(value as byte[] ?? Encoding.UTF8.GetBytes((string)value));
                break;
        }
    }
}
