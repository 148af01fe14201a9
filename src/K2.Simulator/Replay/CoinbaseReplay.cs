using System.Text.Json;
using K2.Simulator.Exchanges;

namespace K2.Simulator.Replay;

/// <summary>
/// Coinbase's side of a replay: it confirms as Advanced Trade does (docs.cdp.coinbase.com, "Subscriptions Channel") and plays captures of that
/// and of the Exchange feed. Frames of channels that no connector asks for are left out, as the exchange would: a recorded level-2 snapshot is
/// several MB long. The numbers of the messages then show holes; a replay follows none.
/// </summary>
internal sealed class CoinbaseReplay : IReplayProtocol
{
    // Channels of Advanced Trade, then types of the Exchange feed.
    private static readonly string[] Played = ["market_trades", "heartbeats", "subscriptions", "match", "last_match", "heartbeat", "error"];

    private readonly List<string> _products = [];
    private bool _wantsHeartbeats;

    public bool HasSubscriptions => _products.Count > 0;

    /// <summary>Whether a frame can only be Coinbase's: a channel with events, or a message of the Exchange feed by its type.</summary>
    public static bool Recognises(JsonElement frame)
    {
        if (frame.ValueKind != JsonValueKind.Object) return false;
        if (frame.TryGetProperty("channel", out _)) return frame.TryGetProperty("events", out _);
        return frame.TryGetProperty("type", out _) && (frame.TryGetProperty("product_id", out _) || frame.TryGetProperty("channels", out _));
    }

    public IEnumerable<byte[]> Answer(ReadOnlyMemory<byte> request)
    {
        using var document = ReplayRequest.Parse(request);
        var json = document.RootElement;
        switch (json.Text("type"), json.Text("channel"))
        {
            case ("subscribe", "heartbeats"):
                _wantsHeartbeats = true;
                break;
            case ("subscribe", "market_trades") when json.Texts("product_ids") is { Count: > 0 } products:
                _products.AddRange(products.Except(_products));
                break;
            default:
                return ["""{"type":"error","message":"malformed request"}"""u8.ToArray()];
        }

        return [Confirmation()];
    }

    public bool Passes(ReadOnlySpan<byte> frame)
    {
        try
        {
            var reader = new Utf8JsonReader(frame);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var names = reader.ValueTextEquals("channel"u8) || reader.ValueTextEquals("type"u8);
                reader.Read();
                if (names && reader.TokenType == JsonTokenType.String) return IsPlayed(ref reader);
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Broken input is played: it belongs into the dead letters.
        }

        return true;
    }

    private static bool IsPlayed(ref Utf8JsonReader name)
    {
        foreach (var played in Played)
        {
            if (name.ValueTextEquals(played)) return true;
        }

        return false;
    }

    // Without a number: those of the recorded messages are the exchange's own.
    private byte[] Confirmation() => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("channel", "subscriptions");
        json.WriteStartArray("events");
        json.WriteStartObject();
        json.WriteStartObject("subscriptions");
        if (_wantsHeartbeats) WriteTexts(json, "heartbeats", ["heartbeats"]);
        if (_products.Count > 0) WriteTexts(json, "market_trades", _products);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
