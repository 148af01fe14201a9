using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Avro;

/// <summary>
/// Decodes Avro by the schema that is written beside the data. Records become dictionaries by field name, arrays lists, Avro maps dictionaries, bytes and fixed byte arrays.
/// Our own because <c>Apache.Avro</c> drops <c>"logicalType": "map"</c> when it parses a schema.
/// </summary>
internal sealed class AvroReader(byte[] bytes)
{
    // Schemas that were given a name, which later places refer to.
    private readonly Dictionary<string, JsonNode> _named = new(StringComparer.Ordinal);
    private int _position;

    /// <summary>Whether all was read.</summary>
    public bool AtEnd => _position >= bytes.Length;

    /// <summary>Reads a zigzag integer.</summary>
    public long Long()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Next(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return (long)(value >> 1) ^ -(long)(value & 1);
        }

        throw new TableFormatException("an Avro integer does not end");
    }

    /// <summary>Reads bytes that have their length before them.</summary>
    public byte[] Bytes() => Next(checked((int)Long())).ToArray();

    /// <summary>Reads bytes of a known number.</summary>
    public ReadOnlySpan<byte> Next(int count)
    {
        if (count < 0 || count > bytes.Length - _position) throw new TableFormatException("an Avro file ends too early");
        _position += count;
        return bytes.AsSpan(_position - count, count);
    }

    /// <summary>Reads one value of a schema.</summary>
    public object? Value(JsonNode schema)
    {
        if (schema is JsonArray union) return Value(union[checked((int)Long())]!);
        if (schema is JsonObject complex)
        {
            if (complex["name"] is { } name && complex["type"] is JsonValue) _named[name.GetValue<string>()] = schema;
            return complex["type"] is JsonValue kind ? Typed(kind.GetValue<string>(), complex) : Value(complex["type"]!);
        }

        return Typed(schema.GetValue<string>(), null);
    }

    private object? Typed(string type, JsonObject? schema) => type switch
    {
        "null" => null,
        "boolean" => Next(1)[0] != 0,
        "int" => checked((int)Long()),
        "long" => Long(),
        "float" => BitConverter.ToSingle(Next(4)),
        "double" => BitConverter.ToDouble(Next(8)),
        "bytes" => Bytes(),
        "string" => Encoding.UTF8.GetString(Bytes()),
        "fixed" => Next(schema!["size"]!.GetValue<int>()).ToArray(),
        "record" => schema!["fields"]!.AsArray().ToDictionary(field => field!["name"]!.GetValue<string>(), field => Value(field!["type"]!), StringComparer.Ordinal),
        "array" => Blocks(() => Value(schema!["items"]!)),
        "map" => Blocks(() => (Key: Encoding.UTF8.GetString(Bytes()), Value: Value(schema!["values"]!))).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        _ => _named.TryGetValue(type, out var named) ? Value(named) : throw new TableFormatException(string.Create(CultureInfo.InvariantCulture, $"the Avro type {type} is not supported")),
    };

    private List<T> Blocks<T>(Func<T> item)
    {
        var items = new List<T>();
        while (true)
        {
            var count = Long();
            if (count == 0) return items;
            // A negative count is followed by the block's size in bytes.
            if (count < 0)
            {
                count = checked(-count);
                Long();
            }

            for (; count > 0; count--) items.Add(item());
        }
    }
}
