using System.Text.Json;
using K2.Simulator.Exchanges;

namespace K2.Simulator.Replay;

/// <summary>
/// Kraken's side of a replay: it confirms as WebSocket v2 does (docs.kraken.com, "Trade", "Ping") and then plays the whole capture, of v2 or of
/// v1. Nothing is left out: the connector passes over what it did not ask for.
/// </summary>
internal sealed class KrakenReplay : IReplayProtocol
{
    private const int ShortestLegacyData = 4;

    public bool HasSubscriptions { get; private set; }

    /// <summary>Whether a frame can only be Kraken's: a v2 channel's message, an answer of v2, an event or data of v1.</summary>
    public static bool Recognises(JsonElement frame) => frame.ValueKind switch
    {
        JsonValueKind.Array => frame.GetArrayLength() is >= ShortestLegacyData and var length && frame[length - 2].ValueKind == JsonValueKind.String && frame[length - 1].ValueKind == JsonValueKind.String,
        JsonValueKind.Object when frame.TryGetProperty("channel", out var channel) => frame.TryGetProperty("data", out _) || channel.ValueEquals("heartbeat"),
        JsonValueKind.Object => frame.TryGetProperty("event", out _) || (frame.TryGetProperty("method", out _) && frame.TryGetProperty("success", out _)),
        _ => false,
    };

    public IEnumerable<byte[]> Answer(ReadOnlyMemory<byte> request)
    {
        using var document = ReplayRequest.Parse(request);
        var json = document.RootElement;
        var method = json.Text("method");
        if (method == "ping") return [Reply(json, "pong", _ => { })];
        if (method != "subscribe" || !json.TryGetProperty("params", out var wanted) || wanted.Text("channel") != "trade" || wanted.Texts("symbol") is not { Count: > 0 } symbols)
        {
            return [Reply(json, method ?? "", answer =>
            {
                answer.WriteString("error", "Malformed request");
                answer.WriteBoolean("success", false);
            })];
        }

        HasSubscriptions = true;
        return [.. symbols.Select(symbol => Reply(json, "subscribe", answer =>
        {
            answer.WriteStartObject("result");
            answer.WriteString("channel", "trade");
            answer.WriteString("symbol", symbol);
            answer.WriteEndObject();
            answer.WriteBoolean("success", true);
        }))];
    }

    public bool Passes(ReadOnlySpan<byte> frame) => true;

    private static byte[] Reply(JsonElement request, string method, Action<Utf8JsonWriter> content) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("method", method);
        content(json);
        if (request.ValueKind == JsonValueKind.Object && request.TryGetProperty("req_id", out var id))
        {
            json.WritePropertyName("req_id");
            id.WriteTo(json);
        }

        json.WriteEndObject();
    });
}
