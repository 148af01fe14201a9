using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Avro;

/// <summary>An Avro object container: a header with the schema and other entries, then blocks of values, each followed by a mark.</summary>
/// <param name="Header">The header's entries but for <c>avro.*</c>.</param>
/// <param name="Rows">The values.</param>
internal sealed record AvroFile(IReadOnlyDictionary<string, string> Header, IReadOnlyList<Dictionary<string, object?>> Rows)
{
    private const int MarkLength = 16;
    private const int RowsPerBlock = 1000;
    private static readonly byte[] Magic = "Obj\u0001"u8.ToArray();

    /// <summary>Makes the bytes of a container.</summary>
    public static byte[] Write(string schema, IReadOnlyDictionary<string, string> header, IEnumerable<Dictionary<string, object?>> rows)
    {
        var parsed = JsonNode.Parse(schema)!;
        var mark = MarkOf(schema);
        var output = new AvroWriter();
        output.Raw(Magic);
        var entries = header.Append(new("avro.schema", schema)).Append(new("avro.codec", "deflate")).ToList();
        output.Long(entries.Count);
        foreach (var (name, value) in entries)
        {
            output.Bytes(Encoding.UTF8.GetBytes(name));
            output.Bytes(Encoding.UTF8.GetBytes(value));
        }

        output.Long(0);
        output.Raw(mark);
        var block = new AvroWriter();
        foreach (var chunk in rows.Chunk(RowsPerBlock))
        {
            block.Clear();
            foreach (var row in chunk) block.Value(parsed, row);
            output.Long(chunk.Length);
            output.Bytes(Deflate(block.ToArray()));
            output.Raw(mark);
        }

        return output.ToArray();
    }

    /// <summary>Reads a container.</summary>
    /// <exception cref="TableFormatException">It is none, or is cut off.</exception>
    public static AvroFile Read(byte[] bytes)
    {
        var input = new AvroReader(bytes);
        if (bytes.Length < Magic.Length || !input.Next(Magic.Length).SequenceEqual(Magic)) throw new TableFormatException("not an Avro file");
        var header = ((Dictionary<string, object?>)input.Value(JsonNode.Parse("""{"type":"map","values":"bytes"}""")!)!).ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString((byte[])entry.Value!), StringComparer.Ordinal);
        var mark = input.Next(MarkLength).ToArray();
        var schema = JsonNode.Parse(header["avro.schema"])!;
        var codec = header.GetValueOrDefault("avro.codec", "null");
        if (codec is not ("null" or "deflate")) throw new TableFormatException($"the Avro codec {codec} is not supported");
        var rows = new List<Dictionary<string, object?>>();
        while (!input.AtEnd)
        {
            var count = input.Long();
            var block = new AvroReader(codec == "null" ? input.Bytes() : Inflate(input.Bytes()));
            for (; count > 0; count--) rows.Add((Dictionary<string, object?>)block.Value(schema)!);
            if (!input.Next(MarkLength).SequenceEqual(mark)) throw new TableFormatException("an Avro block does not end where it should");
        }

        return new AvroFile(header.Where(entry => !entry.Key.StartsWith("avro.", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal), rows);
    }

    // Any 16 bytes do that are unlikely in the data; these make equal contents equal files.
    private static byte[] MarkOf(string schema) => SHA256.HashData(Encoding.UTF8.GetBytes(schema))[..MarkLength];

    private static byte[] Deflate(byte[] block)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(block);
        return output.ToArray();
    }

    private static byte[] Inflate(byte[] block)
    {
        using var output = new MemoryStream();
        using var inflate = new DeflateStream(new MemoryStream(block), CompressionMode.Decompress);
        inflate.CopyTo(output);
        return output.ToArray();
    }
}
