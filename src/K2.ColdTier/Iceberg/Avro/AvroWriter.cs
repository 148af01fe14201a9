using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Avro;

/// <summary>Encodes Avro by a schema; values have the shapes that <see cref="AvroReader"/> gives. A union is of null and one other schema.</summary>
internal sealed class AvroWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>What was written so far.</summary>
    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _output.ResetWrittenCount();

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Writes a zigzag integer.</summary>
    public void Long(long value)
    {
        var rest = unchecked((ulong)((value << 1) ^ (value >> 63))); // the zigzag form, not arithmetic
        for (; rest >= 0x80; rest >>= 7) Raw([(byte)((rest & 0x7F) | 0x80)]);
        Raw([(byte)rest]);
    }

    /// <summary>Writes bytes with their length before them.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Long(bytes.Length);
        Raw(bytes);
    }

    /// <summary>Writes one value of a schema.</summary>
    public void Value(JsonNode schema, object? value)
    {
        switch (schema)
        {
            case JsonArray union:
                var index = union.Select((branch, at) => (IsNull: branch is JsonValue name && name.GetValue<string>() == "null", at)).First(branch => branch.IsNull == value is null).at;
                Long(index);
                Value(union[index]!, value);
                break;
            case JsonObject complex when complex["type"] is JsonValue kind:
                Typed(kind.GetValue<string>(), complex, value);
                break;
            case JsonObject complex:
                Value(complex["type"]!, value);
                break;
            default:
                Typed(schema.GetValue<string>(), null, value);
                break;
        }
    }

    private void Typed(string type, JsonObject? schema, object? value)
    {
        switch (type)
        {
            case "null":
                break;
            case "boolean":
                Raw([(bool)value! ? (byte)1 : (byte)0]);
                break;
            case "int" or "long":
                Long(value is int number ? number : (long)value!);
                break;
            case "bytes":
                Bytes((byte[])value!);
                break;
            case "string":
                Bytes(Encoding.UTF8.GetBytes((string)value!));
                break;
            case "record":
                var fields = (Dictionary<string, object?>)value!;
                foreach (var field in schema!["fields"]!.AsArray()) Value(field!["type"]!, fields.GetValueOrDefault(field["name"]!.GetValue<string>()));
                break;
            case "array":
                var items = ((IEnumerable)value!).Cast<object?>().ToList();
                if (items.Count > 0) Long(items.Count);
                foreach (var item in items) Value(schema!["items"]!, item);
                Long(0);
                break;
            default:
                throw new TableFormatException($"the Avro type {type} is not written");
        }
    }
}
