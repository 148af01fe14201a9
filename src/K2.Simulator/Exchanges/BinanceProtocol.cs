using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Binance spot: combined streams and market data by REST (developers.binance.com).</summary>
internal sealed class BinanceProtocol(Market market, TimeProvider time) : ExchangeProtocol(market, time)
{
    private const int Digits = 8;

    public override int MessagesPerSecond => 5;

    public override TimeSpan? PingInterval => TimeSpan.FromSeconds(20);

    public override string SocketPath => "/stream";

    public override byte[]? Heartbeat(SimulatedConnection connection) => null;

    public override IEnumerable<byte[]> Answer(SimulatedConnection connection, JsonElement request, Func<bool> refuses)
    {
        var isSubscribe = request.ValueKind == JsonValueKind.Object && request.TryGetProperty("method", out var method) && method.ValueEquals("SUBSCRIBE");
        if (isSubscribe && refuses())
        {
            var id = request.TryGetProperty("id", out var number) ? number.GetRawText() : "null";
            yield return Wire.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("error");
                json.WriteNumber("code", 2);
                json.WriteString("msg", "Invalid request: unavailable, try later");
                json.WriteEndObject();
                json.WritePropertyName("id");
                json.WriteRawValue(id);
                json.WriteEndObject();
            });
            yield break;
        }

        yield return connection.Binance.Answer(JsonSerializer.SerializeToUtf8Bytes(request, SimulatorJson.Default.JsonElement));
        connection.Subscribed = native => connection.Binance.IsSubscribed(System.Text.Encoding.UTF8.GetBytes(native.ToLowerInvariant() + "@trade"));
    }

    public override IEnumerable<byte[]> Messages(SimulatedConnection connection, IReadOnlyList<LedgerTrade> trades) => trades.Select(trade =>
    {
        var instrument = Market.Instrument(trade.Native);
        return Wire.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("stream", trade.Native.ToLowerInvariant() + "@trade");
            json.WriteStartObject("data");
            json.WriteString("e", "trade");
            json.WriteNumber("E", Wire.Milliseconds(trade.TimeMicroseconds) + 1);
            json.WriteString("s", trade.Native);
            json.WriteNumber("t", trade.TradeId);
            json.WriteString("p", Wire.Fixed(trade.Price, instrument.PriceDecimals, Digits));
            json.WriteString("q", Wire.Fixed(trade.Quantity, instrument.QuantityDecimals, Digits));
            json.WriteNumber("T", Wire.Milliseconds(trade.TimeMicroseconds));
            json.WriteBoolean("m", !trade.TakerBought);
            json.WriteBoolean("M", true);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    });

    public override byte[] Shutdown() => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("stream", "!serverShutdown");
        json.WriteStartObject("data");
        json.WriteString("e", "serverShutdown");
        json.WriteNumber("E", Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public override RestAnswer Rest(string path, IQueryCollection query)
    {
        if (path == "/api/v3/exchangeInfo") return ReferenceData.Binance(Market, Time, query);
        if (path is not ("/api/v3/historicalTrades" or "/api/v3/trades" or "/api/v3/klines" or "/api/v3/aggTrades")) return NotFound();
        if (Market.FindRest(query["symbol"].ToString()) is not { } instrument) return Error(StatusCodes.Status400BadRequest, -1121, "Invalid symbol.");
        if (path == "/api/v3/klines") return CandlePages.Binance(Market, instrument, query) ?? Error(StatusCodes.Status400BadRequest, -1120, "Invalid interval.");
        if (path == "/api/v3/aggTrades") return Aggregates(instrument, query);

        var limit = Count(query, "limit", 1000);
        var from = query["fromId"].ToString();
        long first = 0;
        if (from.Length > 0 && !long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out first)) return Error(StatusCodes.Status400BadRequest, -1100, "Illegal characters found in parameter 'fromId'.");

        var trades = from.Length == 0 ? Market.Latest(instrument.Native, limit) : Market.FromId(instrument.Native, first, limit);
        return new RestAnswer(StatusCodes.Status200OK, Wire.Json(json =>
        {
            json.WriteStartArray();
            foreach (var trade in trades)
            {
                json.WriteStartObject();
                json.WriteNumber("id", trade.TradeId);
                json.WriteString("price", Wire.Fixed(trade.Price, instrument.PriceDecimals, Digits));
                json.WriteString("qty", Wire.Fixed(trade.Quantity, instrument.QuantityDecimals, Digits));
                json.WriteString("quoteQty", Wire.Cut(Wire.Fixed((Int128)trade.Price * trade.Quantity, instrument.PriceDecimals + instrument.QuantityDecimals, Digits), Digits));
                json.WriteNumber("time", Wire.Milliseconds(trade.TimeMicroseconds));
                json.WriteBoolean("isBuyerMaker", !trade.TakerBought);
                json.WriteBoolean("isBestMatch", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
    }

    /// <summary>Every trade is an aggregate of itself here.</summary>
    private RestAnswer Aggregates(SimulatedInstrument instrument, IQueryCollection query)
    {
        var limit = Count(query, "limit", 1000);
        var trades = long.TryParse(query["startTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? (Market.FirstAt(instrument.Native, start * 1000) is { } first ? Market.FromId(instrument.Native, first.TradeId, limit) : [])
            : long.TryParse(query["fromId"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Market.FromId(instrument.Native, id, limit) : Market.Latest(instrument.Native, limit);
        return new RestAnswer(StatusCodes.Status200OK, Wire.Json(json =>
        {
            json.WriteStartArray();
            foreach (var trade in trades)
            {
                json.WriteStartObject();
                json.WriteNumber("a", trade.TradeId);
                json.WriteString("p", Wire.Fixed(trade.Price, instrument.PriceDecimals, Digits));
                json.WriteString("q", Wire.Fixed(trade.Quantity, instrument.QuantityDecimals, Digits));
                json.WriteNumber("f", trade.TradeId);
                json.WriteNumber("l", trade.TradeId);
                json.WriteNumber("T", Wire.Milliseconds(trade.TimeMicroseconds));
                json.WriteBoolean("m", !trade.TakerBought);
                json.WriteBoolean("M", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
    }

    public override RestAnswer TooMany(bool banned, int retryAfterSeconds)
    {
        var until = Time.GetUtcNow().AddSeconds(retryAfterSeconds).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var answer = banned
            ? Error(StatusCodes.Status418ImATeapot, -1003, $"Way too much request weight used; IP banned until {until}. Please use WebSocket Streams for live updates to avoid bans.")
            : Error(StatusCodes.Status429TooManyRequests, -1003, $"Too much request weight used; current limit is {RequestLimits.BinanceWeight} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.");
        answer.Headers["Retry-After"] = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    public static RestAnswer Error(int status, int code, string message) => new(status, Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", code);
        json.WriteString("msg", message);
        json.WriteEndObject();
    }));
}
