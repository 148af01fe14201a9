using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace K2.EndToEnd.Tests.Reference;

/// <summary>
/// Reads the trades of Kraken's and Coinbase's captures the plain way, sharing no code with the platform: lines in the form of <see cref="Query"/>.
/// </summary>
public static class CapturedTrades
{
    /// <summary>The same lines from the warehouse. Kraken's v1 has no ids: the platform makes them of the time, and they are left out.</summary>
    public const string Query =
        "SELECT concat(exchange, '|', symbol, '|', if(trade_id > 1000000000000000, '', toString(trade_id)), '|', toString(price), '|', toString(quantity), '|', toString(side), '|', toString(timestamp)) FROM k2.silver_trades FORMAT TSVRaw";

    /// <summary>Every trade of a capture once, in ordinal order: an id that comes again, as in a snapshot, is one trade.</summary>
    public static List<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            using var wrapper = JsonDocument.Parse(line);
            if (wrapper.RootElement.TryGetProperty("dir", out _)) continue;
            using var frame = JsonDocument.Parse(wrapper.RootElement.GetProperty("frame").GetString()!);
            foreach (var (key, trade) in OfFrame(frame.RootElement))
            {
                if (key.Length == 0 || seen.Add(key)) lines.Add(trade);
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static IEnumerable<(string Key, string Line)> OfFrame(JsonElement frame)
    {
        if (frame.ValueKind == JsonValueKind.Array)
        {
            return frame[1].EnumerateArray().Select(row => ("", Line("kraken", Text(frame[3]), "", Text(row[0]), Text(row[1]), Text(row[3]) == "b", DateTime.UnixEpoch.AddTicks((long)(Number(Text(row[2])) * TimeSpan.TicksPerSecond)))));
        }

        var channel = frame.TryGetProperty("channel", out var name) ? Text(name) : "";
        if (channel == "trade") return frame.GetProperty("data").EnumerateArray().Select(trade => Named("kraken", trade, "symbol", "qty", "timestamp", "buy"));

        // Coinbase says what the maker did.
        if (channel == "market_trades") return frame.GetProperty("events").EnumerateArray().SelectMany(part => part.GetProperty("trades").EnumerateArray()).Select(trade => Named("coinbase", trade, "product_id", "size", "time", "SELL"));
        return channel.Length == 0 && frame.TryGetProperty("type", out var type) && Text(type) is "match" or "last_match" ? [Named("coinbase", frame, "product_id", "size", "time", "sell")] : [];
    }

    private static (string Key, string Line) Named(string exchange, JsonElement trade, string symbol, string quantity, string time, string sideOfBuy)
    {
        var (id, native) = (Text(trade.GetProperty("trade_id")), Text(trade.GetProperty(symbol)));
        var at = DateTime.Parse(Text(trade.GetProperty(time)), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        return ($"{native} {id}", Line(exchange, native, id, Text(trade.GetProperty("price")), Text(trade.GetProperty(quantity)), Text(trade.GetProperty("side")) == sideOfBuy, at));
    }

    private static string Line(string exchange, string symbol, string id, string price, string quantity, bool takerBought, DateTime time) => string.Join(
        '|', exchange, symbol, id, Shown(Number(price)), Shown(Number(quantity)), takerBought ? "BUY" : "SELL", time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture));

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Shown(decimal number) => number.ToString("0.##################", CultureInfo.InvariantCulture);
}
