using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Coinbase: the Advanced Trade WebSocket and the Exchange REST API (docs.cdp.coinbase.com). The side is the maker's in both.</summary>
internal sealed class CoinbaseProtocol(Market market, TimeProvider time) : ExchangeProtocol(market, time)
{
    private const int SnapshotTrades = 100;
    private const int RestDigits = 8;
    private readonly long _start = time.GetTimestamp();

    public override int MessagesPerSecond => 8;

    public override string SocketPath => "/";

    public override byte[]? Heartbeat(SimulatedConnection connection)
    {
        if (!connection.WantsHeartbeats) return null;
        var uptime = (decimal)Time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerSecond;
        return Numbered(connection, "heartbeats", json =>
        {
            json.WriteStartObject();
            json.WriteString("current_time", string.Create(CultureInfo.InvariantCulture, $"{Wire.GoNow(Time.GetUtcNow(), ' ')} +0000 UTC m=+{uptime:0.000000000}"));
            json.WriteNumber("heartbeat_counter", connection.Heartbeats++);
            json.WriteEndObject();
        });
    }

    public override IEnumerable<byte[]> Answer(SimulatedConnection connection, JsonElement request, Func<bool> refuses)
    {
        var type = request.TryGetProperty("type", out var verb) ? verb.GetString() : null;
        var channel = request.TryGetProperty("channel", out var name) ? name.GetString() : null;
        if (type is not ("subscribe" or "unsubscribe")) return [Error("subscribe or unsubscribe required")];
        if (channel is not ("market_trades" or "heartbeats")) return [Error("authentication failure")];
        var products = request.TryGetProperty("product_ids", out var ids) ? ids.EnumerateArray().Select(id => id.GetString()!).ToList() : [];
        if (channel == "heartbeats") connection.WantsHeartbeats = type == "subscribe";
        else if (type == "subscribe") return Subscribe(connection, products, refuses);
        else Unsubscribe(connection, products);
        return [Subscriptions(connection)];
    }

    public override IEnumerable<byte[]> Messages(SimulatedConnection connection, IReadOnlyList<LedgerTrade> trades) =>
        trades.GroupBy(trade => trade.Native).Select(group => Trades(connection, "update", [.. group.Reverse()]));

    public override RestAnswer Rest(string path, IQueryCollection query)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["products"]) return ReferenceData.Coinbase(Market);
        if (parts is ["products", var id] && Market.FindRest(id) is { } wanted) return ReferenceData.Coinbase(wanted);
        if (parts is not ["products", var product, "trades" or "candles"] || Market.FindRest(product) is not { } instrument)
            return new RestAnswer(StatusCodes.Status404NotFound, """{"message":"NotFound"}"""u8.ToArray());
        if (parts[2] == "candles") return CandlePages.Coinbase(Market, instrument, query);

        var after = long.TryParse(query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) ? cursor : long.MaxValue;
        var trades = Market.BelowId(instrument.Native, after, Count(query, "limit", 1000));
        var answer = new RestAnswer(StatusCodes.Status200OK, Wire.Json(json =>
        {
            json.WriteStartArray();
            foreach (var trade in trades)
            {
                json.WriteStartObject();
                json.WriteString("time", Wire.Iso(trade.TimeMicroseconds));
                json.WriteNumber("trade_id", trade.TradeId);
                json.WriteString("price", Wire.Fixed(trade.Price, instrument.PriceDecimals, RestDigits));
                json.WriteString("size", Wire.Fixed(trade.Quantity, instrument.QuantityDecimals, RestDigits));
                json.WriteString("side", trade.TakerBought ? "sell" : "buy");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
        if (trades.Count > 0)
        {
            answer.Headers["CB-BEFORE"] = trades[0].TradeId.ToString(CultureInfo.InvariantCulture);
            if (Market.BelowId(instrument.Native, trades[^1].TradeId, 1).Count > 0) answer.Headers["CB-AFTER"] = trades[^1].TradeId.ToString(CultureInfo.InvariantCulture);
        }

        return answer;
    }

    public override RestAnswer TooMany(bool banned, int retryAfterSeconds)
    {
        var answer = new RestAnswer(StatusCodes.Status429TooManyRequests, """{"message":"Public rate limit exceeded"}"""u8.ToArray());
        answer.Headers["Retry-After"] = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    // Without products a channel is left as a whole.
    private static void Unsubscribe(SimulatedConnection connection, List<string> products)
    {
        foreach (var product in products.Count == 0 ? [.. connection.Symbols] : products) connection.Remove(product);
    }

    private static byte[] Error(string message) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private IEnumerable<byte[]> Subscribe(SimulatedConnection connection, List<string> products, Func<bool> refuses)
    {
        if (products.Find(product => !Market.Knows(product)) is { } unknown)
        {
            yield return Error($"failure to subscribe: {unknown} is not a valid product id");
            yield break;
        }

        if (refuses())
        {
            yield return Error("failure to subscribe");
            yield break;
        }

        foreach (var product in products)
        {
            connection.Add(product);
            yield return Trades(connection, "snapshot", [.. Market.Latest(product, SnapshotTrades).Reverse()]);
        }

        yield return Subscriptions(connection);
    }

    private byte[] Subscriptions(SimulatedConnection connection) => Numbered(connection, "subscriptions", json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("subscriptions");
        if (connection.WantsHeartbeats) Texts(json, "heartbeats", ["heartbeats"]);
        if (connection.Symbols.Count > 0) Texts(json, "market_trades", connection.Symbols);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private byte[] Trades(SimulatedConnection connection, string type, IReadOnlyList<LedgerTrade> newestFirst) => Numbered(connection, "market_trades", json =>
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteStartArray("trades");
        foreach (var trade in newestFirst)
        {
            var instrument = Market.Instrument(trade.Native);
            json.WriteStartObject();
            json.WriteString("product_id", trade.Native);
            json.WriteString("trade_id", trade.TradeId.ToString(CultureInfo.InvariantCulture));
            json.WriteString("price", Wire.Trimmed(trade.Price, instrument.PriceDecimals));
            json.WriteString("size", Wire.Trimmed(trade.Quantity, instrument.QuantityDecimals));
            json.WriteString("time", Wire.TrimmedIso(trade.TimeMicroseconds));
            json.WriteString("side", trade.TakerBought ? "SELL" : "BUY");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private byte[] Numbered(SimulatedConnection connection, string channel, Action<Utf8JsonWriter> item) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("channel", channel);
        json.WriteString("timestamp", Wire.GoNow(Time.GetUtcNow(), 'T') + "Z");
        json.WriteNumber("sequence_num", connection.Sequence++);
        json.WriteStartArray("events");
        item(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
