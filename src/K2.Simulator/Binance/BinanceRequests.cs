using System.Text;
using System.Text.Json;
using K2.Simulator.Exchanges;

namespace K2.Simulator.Binance;

/// <summary>
/// Answers requests as Binance does (developers.binance.com, WebSocket Streams, "Live Subscribing/Unsubscribing to streams" and
/// "Error Messages"). One object keeps the subscriptions of one connection.
/// </summary>
internal sealed class BinanceRequests
{
    /// <summary>Streams on one connection.</summary>
    public const int MaxStreams = 1024;

    private const string Methods = "SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY";

    private readonly HashSet<byte[]> _streams = new(Utf8Comparer.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public BinanceRequests() => _lookup = _streams.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Number of subscribed streams.</summary>
    public int Count => _streams.Count;

    /// <summary>Whether a stream is subscribed.</summary>
    public bool IsSubscribed(ReadOnlySpan<byte> stream) => _lookup.Contains(stream);

    /// <summary>Subscribes to a stream that the address names.</summary>
    public void Add(string stream) => _streams.Add(Encoding.UTF8.GetBytes(stream));

    /// <summary>Carries a request out and returns the answer.</summary>
    public byte[] Answer(ReadOnlyMemory<byte> message)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message);
        }
        catch (JsonException e)
        {
            return Error(3, $"Invalid JSON: expected value at line {e.LineNumber + 1} column {e.BytePositionInLine + 1}", default);
        }

        using (document) return Answer(document.RootElement);
    }

    private byte[] Answer(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
            return Error(2, "Invalid request: missing field `method`", default);

        if (!request.TryGetProperty("id", out var id) || !(id.ValueKind is JsonValueKind.String || (id.ValueKind == JsonValueKind.Number && id.TryGetUInt64(out _))))
            return Error(2, "Invalid request: request ID must be an unsigned integer", default);

        return method.GetString() switch
        {
            "SUBSCRIBE" => Change(request, id, subscribe: true),
            "UNSUBSCRIBE" => Change(request, id, subscribe: false),
            "LIST_SUBSCRIPTIONS" => Result(id, _streams.Select(Encoding.UTF8.GetString)),
            var other => Error(2, $"Invalid request: unknown variant `{other}`, expected one of {Methods}", id),
        };
    }

    private byte[] Change(JsonElement request, JsonElement id, bool subscribe)
    {
        if (!request.TryGetProperty("params", out var parameters) || parameters.ValueKind != JsonValueKind.Array || parameters.EnumerateArray().Any(p => p.ValueKind != JsonValueKind.String))
            return Error(2, "Invalid request: params must be an array of strings", id);

        var names = parameters.EnumerateArray().Select(p => p.GetString()!).ToList();
        if (names.Any(n => !n.Contains('@', StringComparison.Ordinal) && n[0] != '!')) return Error(2, "Invalid request: invalid stream", id);
        if (subscribe && _streams.Count + names.Count > MaxStreams) return Error(2, "Invalid request: too many parameters", id);

        foreach (var name in names.Select(Encoding.UTF8.GetBytes))
        {
            if (subscribe) _streams.Add(name);
            else _streams.Remove(name);
        }

        return Result(id, null);
    }

    private static byte[] Result(JsonElement id, IEnumerable<string>? streams) => Write(json =>
    {
        if (streams is null)
        {
            json.WriteNull("result");
        }
        else
        {
            json.WriteStartArray("result");
            foreach (var stream in streams) json.WriteStringValue(stream);
            json.WriteEndArray();
        }

        json.WritePropertyName("id");
        id.WriteTo(json);
    });

    private static byte[] Error(int code, string message, JsonElement id) => Write(json =>
    {
        json.WriteStartObject("error");
        json.WriteNumber("code", code);
        json.WriteString("msg", message);
        json.WriteEndObject();
        json.WritePropertyName("id");
        if (id.ValueKind == JsonValueKind.Undefined) json.WriteNullValue();
        else id.WriteTo(json);
    });

    private static byte[] Write(Action<Utf8JsonWriter> content) => Wire.Json(json =>
    {
        json.WriteStartObject();
        content(json);
        json.WriteEndObject();
    });
}
