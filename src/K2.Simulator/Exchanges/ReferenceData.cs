using System.Text.Json;

namespace K2.Simulator.Exchanges;

/// <summary>What exchanges say of their instruments: Binance's exchange information, Kraken's asset pairs, Coinbase's products, in their documented shapes.</summary>
internal static class ReferenceData
{
    public static byte[] Binance(IEnumerable<SimulatedInstrument> instruments, DateTimeOffset now) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("timezone", "UTC");
        json.WriteNumber("serverTime", now.ToUnixTimeMilliseconds());
        json.WriteStartArray("rateLimits");
        json.WriteStartObject();
        json.WriteString("rateLimitType", "REQUEST_WEIGHT");
        json.WriteString("interval", "MINUTE");
        json.WriteNumber("intervalNum", 1);
        json.WriteNumber("limit", 6000);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("exchangeFilters");
        json.WriteEndArray();
        json.WriteStartArray("symbols");
        foreach (var instrument in instruments)
        {
            json.WriteStartObject();
            json.WriteString("symbol", instrument.Rest);
            json.WriteString("status", instrument.IsHalted ? "BREAK" : "TRADING");
            json.WriteString("baseAsset", instrument.Base);
            json.WriteNumber("baseAssetPrecision", 8);
            json.WriteString("quoteAsset", instrument.Quote);
            json.WriteNumber("quotePrecision", 8);
            json.WriteNumber("quoteAssetPrecision", 8);
            json.WriteBoolean("isSpotTradingAllowed", true);
            json.WriteStartArray("filters");
            Filter(json, "PRICE_FILTER", "minPrice", "maxPrice", "tickSize", "1000000.00000000", instrument.PriceDecimals);
            Filter(json, "LOT_SIZE", "minQty", "maxQty", "stepSize", "9000.00000000", instrument.QuantityDecimals);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public static byte[] Kraken(IEnumerable<SimulatedInstrument> instruments) => Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("error");
        json.WriteEndArray();
        json.WriteStartObject("result");
        foreach (var instrument in instruments)
        {
            json.WriteStartObject("X" + instrument.Rest);
            json.WriteString("altname", instrument.Rest);
            json.WriteString("wsname", instrument.Native);
            json.WriteString("aclass_base", "currency");
            json.WriteString("base", instrument.Base);
            json.WriteString("aclass_quote", "currency");
            json.WriteString("quote", instrument.Quote);
            json.WriteString("lot", "unit");
            json.WriteNumber("cost_decimals", 5);
            json.WriteNumber("pair_decimals", instrument.PriceDecimals);
            json.WriteNumber("lot_decimals", instrument.QuantityDecimals);
            json.WriteNumber("lot_multiplier", 1);
            json.WriteString("ordermin", "0.0001");
            json.WriteString("costmin", "0.5");
            json.WriteString("tick_size", Increment(instrument.PriceDecimals, instrument.PriceDecimals));
            json.WriteString("status", instrument.IsHalted ? "cancel_only" : "online");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    public static byte[] Coinbase(SimulatedInstrument instrument) => Wire.Json(json => Product(json, instrument));

    public static byte[] Coinbase(IEnumerable<SimulatedInstrument> instruments) => Wire.Json(json =>
    {
        json.WriteStartArray();
        foreach (var instrument in instruments) Product(json, instrument);
        json.WriteEndArray();
    });

    private static void Product(Utf8JsonWriter json, SimulatedInstrument instrument)
    {
        json.WriteStartObject();
        json.WriteString("id", instrument.Rest);
        json.WriteString("base_currency", instrument.Base);
        json.WriteString("quote_currency", instrument.Quote);
        json.WriteString("quote_increment", Increment(instrument.PriceDecimals, instrument.PriceDecimals));
        json.WriteString("base_increment", Increment(instrument.QuantityDecimals, instrument.QuantityDecimals));
        json.WriteString("display_name", $"{instrument.Base}-{instrument.Quote}");
        json.WriteString("min_market_funds", "1");
        json.WriteBoolean("margin_enabled", false);
        json.WriteBoolean("post_only", false);
        json.WriteBoolean("limit_only", false);
        json.WriteBoolean("cancel_only", instrument.IsHalted);
        json.WriteString("status", instrument.IsHalted ? "delisted" : "online");
        json.WriteString("status_message", "");
        json.WriteBoolean("trading_disabled", instrument.IsHalted);
        json.WriteBoolean("fx_stablecoin", false);
        json.WriteBoolean("auction_mode", false);
        json.WriteEndObject();
    }

    private static void Filter(Utf8JsonWriter json, string type, string least, string most, string step, string highest, int decimals)
    {
        json.WriteStartObject();
        json.WriteString("filterType", type);
        json.WriteString(least, Increment(decimals, 8));
        json.WriteString(most, highest);
        json.WriteString(step, Increment(decimals, 8));
        json.WriteEndObject();
    }

    private static string Increment(int decimals, int shown) => Wire.Fixed(1, decimals, shown);
}
