using System.Buffers.Binary;
using System.Text;
using K2.Abstractions.Cold.Tables;

namespace K2.TestKit.Cold;

/// <summary>Rows in ClickHouse's Native format, read value by value and without the platform's own reader, so that both have to agree.</summary>
public static class NativeRows
{
    /// <summary>Returns the rows. Texts and bytes are strings of one sign a byte, so that their ordinal order is that of the bytes; lists and maps are one string.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> ReadAsync(ColdTable table, Stream stream, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using (stream) await stream.CopyToAsync(bytes, cancellationToken);
        bytes.Position = 0;
        using var input = new BinaryReader(bytes);
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        while (bytes.Position < bytes.Length)
        {
            var columns = input.Read7BitEncodedInt();
            var block = Enumerable.Range(0, input.Read7BitEncodedInt()).Select(_ => new Dictionary<string, object?>(StringComparer.Ordinal)).ToList();
            if (block.Count == 0 && columns == 0) break;
            Xunit.Assert.Equal(table.Columns.Count, columns);
            foreach (var column in table.Columns)
            {
                Xunit.Assert.Equal((column.Name, column.ClickHouseType), (Text(input), Text(input)));
                var nulls = column.Nullable ? input.ReadBytes(block.Count) : new byte[block.Count];
                var values = Values(input, column.Type, block.Count);
                for (var row = 0; row < block.Count; row++) block[row][column.Name] = nulls[row] != 0 ? null : values[row];
            }

            rows.AddRange(block);
        }

        return rows;
    }

    private static object[] Values(BinaryReader input, ColdType type, int rows)
    {
        if (type is not (ColdType.TextList or ColdType.TextMap)) return [.. Enumerable.Range(0, rows).Select(_ => Value(input, type))];
        var ends = Enumerable.Range(0, rows).Select(_ => (int)input.ReadInt64()).ToList();
        var items = Values(input, ColdType.Text, rows == 0 ? 0 : ends[^1]);
        if (type == ColdType.TextMap) items = [.. items.Zip(Values(input, ColdType.Text, items.Length), (name, value) => $"{name}={value}")];
        return [.. ends.Select((end, row) => string.Join(',', items[(row == 0 ? 0 : ends[row - 1])..end]))];
    }

    private static object Value(BinaryReader input, ColdType type) => type switch
    {
        ColdType.Long or ColdType.Timestamp => input.ReadInt64(),
        ColdType.Int => input.ReadInt32(),
        ColdType.Boolean => input.ReadBoolean(),
        ColdType.Decimal => BinaryPrimitives.ReadInt128LittleEndian(input.ReadBytes(16)),
        _ => Text(input),
    };

    private static string Text(BinaryReader input) => Encoding.Latin1.GetString(input.ReadBytes(input.Read7BitEncodedInt()));
}
