using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Kraken spot: WebSocket v2 and public REST (docs.kraken.com).</summary>
internal sealed class KrakenProtocol(Market market, TimeProvider time) : ExchangeProtocol(market, time)
{
    private const int SnapshotTrades = 50;
    private const int RestPriceDigits = 5;
    private const int RestQuantityDigits = 8;

    // Real ones do not fit into 63 bits, nor into a double.
    private const ulong FirstConnectionId = 15_113_583_034_416_118_705;
    private static readonly long UnixEpochMicroseconds = DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;
    private ulong _connections;

    public override int MessagesPerSecond => 50;

    public override string SocketPath => "/v2";

    public override byte[]? Heartbeat(SimulatedConnection connection) => connection.Symbols.Count == 0 ? null : """{"channel":"heartbeat"}"""u8.ToArray();

    public override IEnumerable<byte[]> Opening(SimulatedConnection connection) =>
        [System.Text.Encoding.UTF8.GetBytes($$"""{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":{{FirstConnectionId + _connections++}}}]}""")];

    public override IEnumerable<byte[]> Answer(SimulatedConnection connection, JsonElement request, Func<bool> refuses)
    {
        var id = request.TryGetProperty("req_id", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt64() : (long?)null;
        var method = request.TryGetProperty("method", out var name) ? name.GetString() : null;
        if (method == "ping")
        {
            yield return Reply("pong", id);
            yield break;
        }

        if (method is not ("subscribe" or "unsubscribe") || !request.TryGetProperty("params", out var parameters) || !parameters.TryGetProperty("symbol", out var symbols))
        {
            yield return Reply(method ?? "", id, success: false, error: "Malformed request");
            yield break;
        }

        if (method == "unsubscribe")
        {
            foreach (var symbol in symbols.EnumerateArray().Select(item => item.GetString()!))
                yield return connection.Remove(symbol) ? Reply(method, id, success: true, symbol) : Reply(method, id, success: false, symbol, error: "Subscription Not Found");
            yield break;
        }

        var withSnapshot = !parameters.TryGetProperty("snapshot", out var wanted) || wanted.GetBoolean();
        foreach (var symbol in symbols.EnumerateArray().Select(item => item.GetString()!))
        {
            if (!Market.Knows(symbol) || refuses())
            {
                yield return Reply("subscribe", id, success: false, symbol, error: $"Currency pair not supported {symbol}");
                continue;
            }

            connection.Add(symbol);
            yield return Reply("subscribe", id, success: true, symbol, withSnapshot);
            if (withSnapshot && Market.Latest(symbol, SnapshotTrades) is { Count: > 0 } trades) yield return Message("snapshot", trades);
        }
    }

    public override IEnumerable<byte[]> Messages(SimulatedConnection connection, IReadOnlyList<LedgerTrade> trades) =>
        trades.GroupBy(trade => trade.Native).Select(group => Message("update", [.. group]));

    public override RestAnswer Rest(string path, IQueryCollection query)
    {
        if (path == "/0/public/AssetPairs") return ReferenceData.Kraken(Market, query);
        if (path is not ("/0/public/Trades" or "/0/public/OHLC")) return new RestAnswer(StatusCodes.Status404NotFound, """{"error":["EGeneral:Unknown method"]}"""u8.ToArray());
        if (Market.FindRest(query["pair"].ToString()) is not { } instrument) return Ok("""{"error":["EQuery:Unknown asset pair"]}"""u8.ToArray());
        if (path == "/0/public/OHLC") return CandlePages.Kraken(Market, instrument, query) ?? Ok("""{"error":["EGeneral:Invalid arguments"]}"""u8.ToArray());

        var since = long.TryParse(query["since"], NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) ? cursor : 0;
        var trades = Market.Behind(instrument.Native, since, Count(query, "count", 1000));
        var last = trades.Count > 0 ? trades[^1].TimeNanoseconds : since;
        return Ok(Wire.Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("error");
            json.WriteEndArray();
            json.WriteStartObject("result");
            json.WriteStartArray(KrakenNames.Pair(instrument));
            foreach (var trade in trades)
            {
                json.WriteStartArray();
                json.WriteStringValue(Wire.Fixed(trade.Price, instrument.PriceDecimals, Math.Max(RestPriceDigits, instrument.PriceDecimals)));
                json.WriteStringValue(Wire.Fixed(trade.Quantity, instrument.QuantityDecimals, RestQuantityDigits));
                json.WriteRawValue(Wire.Seconds(trade.TimeNanoseconds));
                json.WriteStringValue(trade.TakerBought ? "b" : "s");
                json.WriteStringValue(trade.IsMarketOrder ? "m" : "l");
                json.WriteStringValue("");
                json.WriteNumberValue(trade.TradeId);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteString("last", last.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }));
    }

    public override RestAnswer TooMany(bool banned, int retryAfterSeconds)
    {
        // Who asks too often learns it from the error alone; who goes on is kept out before Kraken is reached.
        if (!banned) return Ok("""{"error":["EGeneral:Too many requests"]}"""u8.ToArray());
        var answer = new RestAnswer(StatusCodes.Status429TooManyRequests, """{"error":["EGeneral:Too many requests"]}"""u8.ToArray());
        answer.Headers["Retry-After"] = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    private static RestAnswer Ok(byte[] body) => new(StatusCodes.Status200OK, body);

    // Members stand in alphabetical order but for the times, which come last.
    private byte[] Reply(string method, long? id, bool? success = null, string? symbol = null, bool? snapshot = null, string? error = null) => Wire.Json(json =>
    {
        json.WriteStartObject();
        if (error is not null) json.WriteString("error", error);
        json.WriteString("method", method);
        if (id is { } number) json.WriteNumber("req_id", number);
        if (success == true)
        {
            json.WriteStartObject("result");
            json.WriteString("channel", "trade");
            if (snapshot is { } sent) json.WriteBoolean("snapshot", sent);
            json.WriteString("symbol", symbol);
            json.WriteEndObject();
        }

        if (success is { } answer) json.WriteBoolean("success", answer);
        if (error is not null && symbol is not null) json.WriteString("symbol", symbol);
        var now = Wire.Iso(Time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond - UnixEpochMicroseconds);
        json.WriteString("time_in", now);
        json.WriteString("time_out", now);
        json.WriteEndObject();
    });

    private byte[] Message(string type, IReadOnlyList<LedgerTrade> trades) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("channel", "trade");
        json.WriteString("type", type);
        json.WriteStartArray("data");
        foreach (var trade in trades)
        {
            var instrument = Market.Instrument(trade.Native);
            json.WriteStartObject();
            json.WriteString("symbol", trade.Native);
            json.WriteString("side", trade.TakerBought ? "buy" : "sell");
            json.WritePropertyName("price");
            json.WriteRawValue(Wire.Shortest(trade.Price, instrument.PriceDecimals));
            json.WritePropertyName("qty");
            json.WriteRawValue(Wire.Shortest(trade.Quantity, instrument.QuantityDecimals));
            json.WriteString("ord_type", trade.IsMarketOrder ? "market" : "limit");
            json.WriteNumber("trade_id", trade.TradeId);
            json.WriteString("timestamp", Wire.Iso(trade.TimeMicroseconds));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
