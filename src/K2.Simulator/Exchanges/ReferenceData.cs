using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>The instruments as the exchanges list them by REST: status, assets, steps of prices and quantities.</summary>
internal static class ReferenceData
{
    private const int BinanceDigits = 8;
    private const int KrakenCostDecimals = 5;

    /// <summary><c>GET /api/v3/exchangeInfo</c>, of all symbols or those of <c>symbol</c> or <c>symbols</c>.</summary>
    public static RestAnswer Binance(Market market, TimeProvider time, IQueryCollection query)
    {
        if (query.ContainsKey("symbol") && query.ContainsKey("symbols")) return BinanceProtocol.Error(StatusCodes.Status400BadRequest, -1128, "Combination of optional parameters invalid.");
        var names = query.ContainsKey("symbol") ? [query["symbol"].ToString()] : query.ContainsKey("symbols") ? Names(query["symbols"].ToString()) : [.. market.Instruments.Select(instrument => instrument.Rest)];
        if (names is null) return BinanceProtocol.Error(StatusCodes.Status400BadRequest, -1100, "Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[\\w\\-._&&[^a-z]]{1,50}\"(,\"[\\w\\-._&&[^a-z]]{1,50}\"){0,}){0,1}\\]$'.");
        var instruments = names.Select(market.FindRest).ToList();
        if (instruments.Contains(null)) return BinanceProtocol.Error(StatusCodes.Status400BadRequest, -1121, "Invalid symbol.");
        return Ok(json =>
        {
            json.WriteStartObject();
            json.WriteString("timezone", "UTC");
            json.WriteNumber("serverTime", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteStartArray("rateLimits");
            foreach (var (kind, interval, count, limit) in ((string, string, int, int)[])[("REQUEST_WEIGHT", "MINUTE", 1, RequestLimits.BinanceWeight), ("ORDERS", "SECOND", 10, 100), ("ORDERS", "DAY", 1, 200_000), ("RAW_REQUESTS", "MINUTE", 5, 61_000)])
            {
                json.WriteStartObject();
                json.WriteString("rateLimitType", kind);
                json.WriteString("interval", interval);
                json.WriteNumber("intervalNum", count);
                json.WriteNumber("limit", limit);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Texts(json, "exchangeFilters", []);
            json.WriteStartArray("symbols");
            foreach (var instrument in instruments) Symbol(json, instrument!);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary><c>GET /0/public/AssetPairs</c>, of all pairs or those of <c>pair</c>, by whichever of their names.</summary>
    public static RestAnswer Kraken(Market market, IQueryCollection query)
    {
        var names = query["pair"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var instruments = names.Length == 0
            ? [.. market.Instruments]
            : names.Select(name => market.Instruments.FirstOrDefault(instrument => name == instrument.Rest || name == KrakenNames.Pair(instrument) || name == KrakenNames.Legacy(instrument))).ToList();
        if (instruments.Contains(null)) return new RestAnswer(StatusCodes.Status200OK, """{"error":["EQuery:Unknown asset pair"]}"""u8.ToArray());
        return Ok(json =>
        {
            json.WriteStartObject();
            Texts(json, "error", []);
            json.WriteStartObject("result");
            foreach (var instrument in instruments.Distinct()) Pair(json, instrument!);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary><c>GET /products</c>.</summary>
    public static RestAnswer Coinbase(Market market) => Ok(json =>
    {
        json.WriteStartArray();
        foreach (var instrument in market.Instruments) Product(json, instrument);
        json.WriteEndArray();
    });

    /// <summary><c>GET /products/{id}</c>.</summary>
    public static RestAnswer Coinbase(SimulatedInstrument instrument) => Ok(json => Product(json, instrument));

    private static List<string>? Names(string list)
    {
        try
        {
            var json = JsonElement.Parse(list);
            return json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String) ? [.. json.EnumerateArray().Select(name => name.GetString()!)] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Symbol(Utf8JsonWriter json, SimulatedInstrument instrument)
    {
        json.WriteStartObject();
        json.WriteString("symbol", instrument.Rest);
        json.WriteString("status", instrument.IsHalted ? "BREAK" : "TRADING");
        json.WriteString("baseAsset", instrument.Base);
        json.WriteNumber("baseAssetPrecision", BinanceDigits);
        json.WriteString("quoteAsset", instrument.Quote);
        foreach (var name in (string[])["quotePrecision", "quoteAssetPrecision", "baseCommissionPrecision", "quoteCommissionPrecision"]) json.WriteNumber(name, BinanceDigits);
        Texts(json, "orderTypes", ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]);
        foreach (var name in (string[])["icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed", "isMarginTradingAllowed"])
            json.WriteBoolean(name, true);
        json.WriteStartArray("filters");
        Filter(json, "PRICE_FILTER", "Price", "tickSize", "1000000.00000000", instrument.PriceDecimals);
        Filter(json, "LOT_SIZE", "Qty", "stepSize", "9000000.00000000", instrument.QuantityDecimals);
        json.WriteEndArray();
        Texts(json, "permissions", []);
        json.WriteStartArray("permissionSets");
        json.WriteStartArray();
        json.WriteStringValue("SPOT");
        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteString("defaultSelfTradePreventionMode", "EXPIRE_MAKER");
        Texts(json, "allowedSelfTradePreventionModes", ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"]);
        json.WriteEndObject();
    }

    private static void Filter(Utf8JsonWriter json, string type, string what, string stepName, string most, int decimals)
    {
        var step = Wire.Fixed(1, decimals, BinanceDigits);
        json.WriteStartObject();
        json.WriteString("filterType", type);
        json.WriteString("min" + what, step);
        json.WriteString("max" + what, most);
        json.WriteString(stepName, step);
        json.WriteEndObject();
    }

    private static void Pair(Utf8JsonWriter json, SimulatedInstrument instrument)
    {
        json.WriteStartObject(KrakenNames.Pair(instrument));
        json.WriteString("altname", instrument.Rest);
        json.WriteString("wsname", KrakenNames.Legacy(instrument));
        json.WriteString("aclass_base", "currency");
        json.WriteString("base", KrakenNames.Asset(instrument.Base));
        json.WriteString("aclass_quote", "currency");
        json.WriteString("quote", KrakenNames.Asset(instrument.Quote));
        json.WriteString("lot", "unit");
        json.WriteNumber("cost_decimals", Math.Max(KrakenCostDecimals, instrument.PriceDecimals));
        json.WriteNumber("pair_decimals", instrument.PriceDecimals);
        json.WriteNumber("lot_decimals", instrument.QuantityDecimals);
        json.WriteNumber("lot_multiplier", 1);
        Texts(json, "leverage_buy", []);
        Texts(json, "leverage_sell", []);
        foreach (var (name, percent) in ((string, string)[])[("fees", "0.4"), ("fees_maker", "0.25")])
        {
            json.WritePropertyName(name);
            json.WriteRawValue($"[[0,{percent}]]");
        }

        json.WriteString("fee_volume_currency", KrakenNames.Asset("USD"));
        json.WriteNumber("margin_call", 80);
        json.WriteNumber("margin_stop", 40);
        json.WriteString("ordermin", Wire.Fixed(1, instrument.QuantityDecimals, instrument.QuantityDecimals));
        json.WriteString("costmin", "0.5");
        json.WriteString("tick_size", Wire.Fixed(1, instrument.PriceDecimals, instrument.PriceDecimals));
        json.WriteString("status", instrument.IsHalted ? "cancel_only" : "online");
        json.WriteString("execution_venue", "international");
        json.WriteEndObject();
    }

    private static void Product(Utf8JsonWriter json, SimulatedInstrument instrument)
    {
        json.WriteStartObject();
        json.WriteString("id", instrument.Rest);
        json.WriteString("base_currency", instrument.Base);
        json.WriteString("quote_currency", instrument.Quote);
        json.WriteString("quote_increment", Wire.Fixed(1, instrument.PriceDecimals, instrument.PriceDecimals));
        json.WriteString("base_increment", Wire.Fixed(1, instrument.QuantityDecimals, instrument.QuantityDecimals));
        json.WriteString("display_name", $"{instrument.Base}-{instrument.Quote}");
        json.WriteString("min_market_funds", "1");
        foreach (var name in (string[])["margin_enabled", "post_only", "limit_only"]) json.WriteBoolean(name, false);
        json.WriteBoolean("cancel_only", instrument.IsHalted);
        json.WriteString("status", instrument.IsHalted ? "delisted" : "online");
        json.WriteString("status_message", "");
        json.WriteBoolean("trading_disabled", instrument.IsHalted);
        json.WriteBoolean("fx_stablecoin", false);
        json.WriteString("max_slippage_percentage", "0.02000000");
        json.WriteBoolean("auction_mode", false);
        json.WriteString("high_bid_limit_percentage", "");
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, string[] texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static RestAnswer Ok(Action<Utf8JsonWriter> content) => new(StatusCodes.Status200OK, Wire.Json(content));
}
