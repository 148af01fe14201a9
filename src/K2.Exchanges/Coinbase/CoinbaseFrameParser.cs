using System.Buffers.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>
/// Reads Coinbase's messages: those with a <c>channel</c> are of Advanced Trade, those with a <c>type</c> of the Exchange feed. Stateless and
/// thread-safe. In both the side is the maker's, so the taker did the opposite (docs.cdp.coinbase.com, "Market Trades Channel", "Match").
/// </summary>
internal sealed class CoinbaseFrameParser(InstrumentTable instruments) : IFrameParser
{
    private readonly VenueSymbols _symbols = new(instruments, Exchange.Coinbase);

    /// <inheritdoc/>
    public IReadOnlyList<Instrument> Instruments => _symbols.Instruments;

    /// <inheritdoc/>
    public void Parse(ReadOnlySpan<byte> frame, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        result.Clear();
        if (!WireJson.TryParse(frame, result, out var json)) return;
        if (json.Member("channel"u8) is { ValueKind: JsonValueKind.String }) ReadChannel(json, receivedTime, source, result);
        else if (json.Member("type"u8) is { ValueKind: JsonValueKind.String }) ReadType(json, receivedTime, source, result);
        else result.Reject(RejectReasons.UnknownMessage, "neither channel nor type");

        // Counted over all messages of a connection, whatever is in them.
        var number = json.Member("sequence_num"u8) is { ValueKind: JsonValueKind.Number } sequence ? sequence.Plain() : default;
        if (Utf8Parser.TryParse(number, out long value, out var used) && used == number.Length && value >= 0) result.Sequence = value;
    }

    private void ReadChannel(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        if (json.Is("channel"u8, "market_trades"u8)) ReadTrades(json, received, source, result);
        else if (json.Is("channel"u8, "heartbeats"u8)) result.SetControl(ControlKind.Heartbeat);
        else if (json.Is("channel"u8, "subscriptions"u8)) ReadSubscriptions(json, result);
        else result.SetIgnored(IgnoredKind.OtherStream);
    }

    private void ReadType(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        if (json.Is("type"u8, "match"u8) || json.Is("type"u8, "last_match"u8))
        {
            result.IsSnapshot = json.Is("type"u8, "last_match"u8);
            ReadTrade(json, json.Member("side"u8), "buy"u8, "sell"u8, received, source, result);
        }
        else if (json.Is("type"u8, "error"u8))
        {
            var reason = json.Member("reason"u8);
            result.SetControl(ControlKind.Refused, detail: json.Member("message"u8).Shown() + (reason.ValueKind == JsonValueKind.String ? ": " + reason.Shown() : ""));
        }
        else if (json.Is("type"u8, "heartbeat"u8))
        {
            result.SetControl(ControlKind.Heartbeat);
        }
        else if (json.Is("type"u8, "subscriptions"u8))
        {
            result.SetControl(ControlKind.Subscribed, streams: ReadExchangeChannels(json.Member("channels"u8)));
        }
        else
        {
            result.SetIgnored(IgnoredKind.OtherStream);
        }
    }

    private static void ReadSubscriptions(JsonElement json, FrameResult result)
    {
        var products = new List<string>();
        if (json.Member("events"u8) is { ValueKind: JsonValueKind.Array } events)
        {
            foreach (var item in events.EnumerateArray()) AddTexts(item.Member("subscriptions"u8).Member("market_trades"u8), products);
        }

        result.SetControl(ControlKind.Subscribed, streams: products);
    }

    private static List<string> ReadExchangeChannels(JsonElement channels)
    {
        var products = new List<string>();
        if (channels.ValueKind != JsonValueKind.Array) return products;
        foreach (var channel in channels.EnumerateArray())
        {
            if (channel.Is("name"u8, "matches"u8)) AddTexts(channel.Member("product_ids"u8), products);
        }

        return products;
    }

    private static void AddTexts(JsonElement list, List<string> texts)
    {
        if (list.ValueKind != JsonValueKind.Array) return;
        foreach (var text in list.EnumerateArray())
        {
            if (text.ValueKind == JsonValueKind.String) texts.Add(text.Shown());
        }
    }

    private void ReadTrades(JsonElement json, Timestamp received, TradeSource source, FrameResult result)
    {
        if (json.Member("events"u8) is not { ValueKind: JsonValueKind.Array } events)
        {
            result.Reject(json.Member("events"u8).ValueKind == JsonValueKind.Undefined ? RejectReasons.MissingField : RejectReasons.WrongType, $"field 'events' is {json.Member("events"u8).ValueKind}, not Array");
            return;
        }

        var isSnapshot = events.GetArrayLength() > 0;
        foreach (var item in events.EnumerateArray())
        {
            isSnapshot &= item.Is("type"u8, "snapshot"u8);
            if (item.Member("trades"u8) is not { ValueKind: JsonValueKind.Array } trades)
            {
                result.AddBad(RejectReasons.MissingField, "an event has no list 'trades'");
                continue;
            }

            foreach (var trade in trades.EnumerateArray()) ReadTrade(trade, trade.Member("side"u8), "BUY"u8, "SELL"u8, received, source, result);
        }

        // Written newest first: turned round, ids rise as on the other exchanges.
        result.OrderOldestFirst();
        result.IsSnapshot = isSnapshot;
        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
    }

    private void ReadTrade(JsonElement json, JsonElement side, ReadOnlySpan<byte> makerBought, ReadOnlySpan<byte> makerSold, Timestamp received, TradeSource source, FrameResult result)
    {
        var product = json.Member("product_id"u8);
        var slot = product.ValueKind == JsonValueKind.String ? _symbols.Find(product.Plain()) : -1;
        if (slot < 0)
        {
            if (product.ValueKind == JsonValueKind.String) result.AddBad(RejectReasons.UnknownSymbol, $"symbol '{product.Shown()}' is not in the instruments file");
            else result.AddBad(product.ValueKind == JsonValueKind.Undefined ? RejectReasons.MissingField : RejectReasons.WrongType, $"field 'product_id' is {product.ValueKind}, not String");
            return;
        }

        var draft = new TradeDraft(_symbols.Instruments[slot]);
        draft.Id(json.Member("trade_id"u8), "trade_id");
        draft.Price(json.Member("price"u8), "price", JsonValueKind.String);
        draft.Quantity(json.Member("size"u8), "size", JsonValueKind.String);
        draft.Side(side, "side", buy: makerSold, sell: makerBought);
        draft.IsoTime(json.Member("time"u8), "time", received);
        draft.AddTo(result, slot, received, source);
    }
}
