using System.Buffers.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>
/// Reads Kraken's messages: objects are v2 or v1's events, arrays are v1's data. Stateless and thread-safe. Source: docs.kraken.com, WebSocket
/// v2 "Trade", "Subscribe", "Heartbeat", "Status" and WebSocket v1 "trade".
/// </summary>
internal sealed class KrakenFrameParser(InstrumentTable instruments) : IFrameParser
{
    private readonly VenueSymbols _symbols = new(instruments, Exchange.Kraken);

    /// <inheritdoc/>
    public IReadOnlyList<Instrument> Instruments => _symbols.Instruments;

    /// <inheritdoc/>
    public void Parse(ReadOnlySpan<byte> frame, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        result.Clear();
        if (!WireJson.TryParse(frame, result, out var json)) return;
        switch (json.ValueKind)
        {
            case JsonValueKind.Array:
                KrakenLegacy.ReadData(json, _symbols, receivedTime, source, result);
                break;
            case JsonValueKind.Object when json.Member("method"u8).ValueKind != JsonValueKind.Undefined:
                ReadAnswer(json, result);
                break;
            case JsonValueKind.Object when json.Member("channel"u8).ValueKind != JsonValueKind.Undefined:
                ReadChannel(json, receivedTime, source, result);
                break;
            case JsonValueKind.Object when json.Member("event"u8).ValueKind != JsonValueKind.Undefined:
                KrakenLegacy.ReadEvent(json, result);
                break;
            case JsonValueKind.Object when json.Member("error"u8).ValueKind == JsonValueKind.String:
                result.SetControl(ControlKind.Refused, RequestId(json), json.Member("error"u8).Shown());
                break;
            default:
                result.Reject(RejectReasons.UnknownMessage, "neither a channel's data nor an answer to a request");
                break;
        }
    }

    private static void ReadAnswer(JsonElement json, FrameResult result)
    {
        var success = json.Member("success"u8);
        if (json.Is("method"u8, "pong"u8) || (json.Is("method"u8, "ping"u8) && success.ValueKind == JsonValueKind.True))
        {
            result.SetControl(ControlKind.Accepted, RequestId(json));
        }
        else if (success.ValueKind == JsonValueKind.True && json.Is("method"u8, "subscribe"u8))
        {
            var symbol = json.Member("result"u8).Member("symbol"u8);
            result.SetControl(ControlKind.Accepted, RequestId(json), symbol: symbol.ValueKind == JsonValueKind.String ? symbol.Shown() : null);
        }
        else if (success.ValueKind == JsonValueKind.False || json.Member("error"u8).ValueKind == JsonValueKind.String)
        {
            var symbol = json.Member("symbol"u8);
            result.SetControl(ControlKind.Refused, RequestId(json), json.Member("error"u8).Shown(), symbol: symbol.ValueKind == JsonValueKind.String ? symbol.Shown() : null);
        }
        else if (success.ValueKind == JsonValueKind.True)
        {
            result.SetControl(ControlKind.Status);
        }
        else
        {
            result.Reject(RejectReasons.UnknownMessage, "an answer that says neither success nor error");
        }
    }

    private static long RequestId(JsonElement json)
    {
        var text = json.Member("req_id"u8).ValueKind == JsonValueKind.Number ? json.Member("req_id"u8).Plain() : default;
        return Utf8Parser.TryParse(text, out long id, out var used) && used == text.Length && id >= 0 ? id : -1;
    }

    private void ReadChannel(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        if (json.Is("channel"u8, "trade"u8)) ReadTrades(json, received, source, result);
        else if (json.Is("channel"u8, "heartbeat"u8)) result.SetControl(ControlKind.Heartbeat);
        else if (json.Is("channel"u8, "status"u8)) result.SetControl(ControlKind.Status);
        else if (json.Member("channel"u8).ValueKind == JsonValueKind.String) result.SetIgnored(IgnoredKind.OtherStream);
        else result.Reject(RejectReasons.WrongType, $"field 'channel' is {json.Member("channel"u8).ValueKind}, not String");
    }

    private void ReadTrades(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        result.IsSnapshot = json.Is("type"u8, "snapshot"u8);
        if (!result.IsSnapshot && !json.Is("type"u8, "update"u8))
        {
            result.Reject(RejectReasons.UnknownMessage, $"trades of type '{json.Member("type"u8).Shown()}'");
            return;
        }

        var data = json.Member("data"u8);
        if (data.ValueKind != JsonValueKind.Array)
        {
            result.Reject(data.ValueKind == JsonValueKind.Undefined ? RejectReasons.MissingField : RejectReasons.WrongType, $"field 'data' is {data.ValueKind}, not Array");
            return;
        }

        foreach (var trade in data.EnumerateArray()) ReadTrade(trade, received, source, result);
        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
    }

    private void ReadTrade(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        var symbol = json.Member("symbol"u8);
        var slot = symbol.ValueKind == JsonValueKind.String ? _symbols.Find(symbol.Plain()) : -1;
        if (slot < 0)
        {
            if (symbol.ValueKind == JsonValueKind.String) result.AddBad(RejectReasons.UnknownSymbol, $"symbol '{symbol.Shown()}' is not in the instruments file");
            else result.AddBad(symbol.ValueKind == JsonValueKind.Undefined ? RejectReasons.MissingField : RejectReasons.WrongType, $"field 'symbol' is {symbol.ValueKind}, not String");
            return;
        }

        var draft = new TradeDraft(_symbols.Instruments[slot]);
        draft.Id(json.Member("trade_id"u8), "trade_id");
        draft.Price(json.Member("price"u8), "price", JsonValueKind.Number);
        draft.Quantity(json.Member("qty"u8), "qty", JsonValueKind.Number);
        draft.Side(json.Member("side"u8), "side", "buy"u8, "sell"u8);
        draft.IsoTime(json.Member("timestamp"u8), "timestamp", received);
        draft.AddTo(result, slot, received, source);
    }
}
