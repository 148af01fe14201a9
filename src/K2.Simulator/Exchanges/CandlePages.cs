using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Pages of candles as the exchanges publish them by REST.</summary>
internal static class CandlePages
{
    private const int BinanceDigits = 8;
    private const int BinancePerPage = 1000;
    private const int KrakenPerPage = 720;
    private const int CoinbasePerPage = 300;
    private const long MicrosecondsPerMinute = 60_000_000;
    private const long MicrosecondsPerSecond = 1_000_000;
    private static readonly Dictionary<string, int> BinanceIntervals = new(StringComparer.Ordinal) { ["1m"] = 1, ["5m"] = 5, ["15m"] = 15, ["30m"] = 30, ["1h"] = 60, ["1d"] = 1440 };

    /// <summary><c>/api/v3/klines</c>. Windows without trades repeat the close before them, with nothing traded.</summary>
    public static RestAnswer? Binance(Market market, SimulatedInstrument instrument, IQueryCollection query)
    {
        if (!BinanceIntervals.TryGetValue(query["interval"].ToString(), out var minutes)) return null;
        var length = minutes * MicrosecondsPerMinute;
        var limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, BinancePerPage) : 500;
        var from = Number(query, "startTime") is { } first ? RoundUp(first * 1000, length) : 0;
        var to = Number(query, "endTime") is { } last ? (last * 1000) + 1 : long.MaxValue;
        return Page(json =>
        {
            json.WriteStartArray();
            foreach (var (start, candle, before) in Filled(market.Candles(instrument.Native, minutes, 0, to), length, to).Where(window => window.Start >= from).Take(limit))
            {
                json.WriteStartArray();
                json.WriteNumberValue(start / 1000);
                foreach (var price in (long[])[candle?.Open ?? before, candle?.High ?? before, candle?.Low ?? before, candle?.Close ?? before]) json.WriteStringValue(Wire.Fixed(price, instrument.PriceDecimals, BinanceDigits));
                json.WriteStringValue(Wire.Fixed(candle?.Volume ?? 0, instrument.QuantityDecimals, BinanceDigits));
                json.WriteNumberValue(((start + length) / 1000) - 1);
                json.WriteStringValue(Wire.Cut(Wire.Fixed(candle?.QuoteVolume ?? 0, instrument.PriceDecimals + instrument.QuantityDecimals, BinanceDigits), BinanceDigits));
                json.WriteNumberValue(candle?.Trades ?? 0);
                json.WriteStringValue(Wire.Fixed(candle?.TakerBuyVolume ?? 0, instrument.QuantityDecimals, BinanceDigits));
                json.WriteStringValue(Wire.Cut(Wire.Fixed(candle?.TakerBuyQuoteVolume ?? 0, instrument.PriceDecimals + instrument.QuantityDecimals, BinanceDigits), BinanceDigits));
                json.WriteStringValue("0");
                json.WriteEndArray();
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>/0/public/OHLC</c>: the newest 720, windows without trades among them.</summary>
    public static RestAnswer? Kraken(Market market, SimulatedInstrument instrument, IQueryCollection query)
    {
        var minutes = Number(query, "interval") is { } wanted ? (int)Math.Min(wanted, int.MaxValue) : 1;
        if (!MarketCandles.Minutes.Contains(minutes)) return null;
        var since = (Number(query, "since") ?? 0) * MicrosecondsPerSecond;
        var length = minutes * MicrosecondsPerMinute;
        var rows = Filled(market.Candles(instrument.Native, minutes, 0, long.MaxValue), length, long.MaxValue).TakeLast(KrakenPerPage).Where(window => window.Start > since).ToList();
        return Page(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("error");
            json.WriteEndArray();
            json.WriteStartObject("result");
            json.WriteStartArray(KrakenNames.Pair(instrument));
            foreach (var (start, candle, before) in rows)
            {
                json.WriteStartArray();
                json.WriteNumberValue(start / MicrosecondsPerSecond);
                foreach (var price in (long[])[candle?.Open ?? before, candle?.High ?? before, candle?.Low ?? before, candle?.Close ?? before]) json.WriteStringValue(Wire.Fixed(price, instrument.PriceDecimals, instrument.PriceDecimals));
                json.WriteStringValue(Wire.Fixed(candle is null ? 0 : candle.QuoteVolume / candle.Volume, instrument.PriceDecimals, instrument.PriceDecimals));
                json.WriteStringValue(Wire.Fixed(candle?.Volume ?? 0, instrument.QuantityDecimals, BinanceDigits));
                json.WriteNumberValue(candle?.Trades ?? 0);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteNumber("last", rows.Count < 2 ? 0 : rows[^2].Start / MicrosecondsPerSecond);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary><c>/products/{id}/candles</c>: newest first, windows without trades left out, both ends within.</summary>
    public static RestAnswer Coinbase(Market market, SimulatedInstrument instrument, IQueryCollection query)
    {
        var seconds = Number(query, "granularity") ?? 60;
        if (seconds is not (60 or 300 or 900 or 3600 or 86400)) return Refused("Unsupported granularity");
        var newest = Number(query, "end") ?? long.MaxValue / MicrosecondsPerSecond;
        var from = Number(query, "start") ?? (query.ContainsKey("end") ? Math.Max(0, newest - (seconds * (CoinbasePerPage - 1))) : 0);
        if (query.ContainsKey("end") && (newest - from) / seconds >= CoinbasePerPage) return Refused("granularity too small for the requested time range. Count of aggregations requested exceeds 300");
        var candles = market.Candles(instrument.Native, (int)(seconds / 60), from * MicrosecondsPerSecond, newest >= long.MaxValue / MicrosecondsPerSecond ? long.MaxValue : (newest * MicrosecondsPerSecond) + 1);
        return Page(json =>
        {
            json.WriteStartArray();
            foreach (var candle in candles.Reverse().Take(CoinbasePerPage))
            {
                json.WriteStartArray();
                json.WriteNumberValue(candle.StartMicroseconds / MicrosecondsPerSecond);
                foreach (var price in (long[])[candle.Low, candle.High, candle.Open, candle.Close]) json.WriteRawValue(Wire.Shortest(price, instrument.PriceDecimals));
                json.WriteRawValue(Wire.Shortest(candle.Volume, instrument.QuantityDecimals));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        })!;
    }

    private static IEnumerable<(long Start, MarketCandle? Candle, long Before)> Filled(IReadOnlyList<MarketCandle> candles, long length, long to)
    {
        for (var i = 0; i < candles.Count; i++)
        {
            yield return (candles[i].StartMicroseconds, candles[i], 0);
            var next = i + 1 < candles.Count ? candles[i + 1].StartMicroseconds : candles[i].StartMicroseconds + length;
            for (var start = candles[i].StartMicroseconds + length; start < Math.Min(next, to); start += length) yield return (start, null, candles[i].Close);
        }
    }

    private static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;

    private static long? Number(IQueryCollection query, string name) => long.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1L << 50 ? number : null;

    private static RestAnswer Page(Action<Utf8JsonWriter> content) => new(StatusCodes.Status200OK, Wire.Json(content));

    private static RestAnswer Refused(string message) => new(StatusCodes.Status400BadRequest, Wire.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteEndObject();
    }));
}
