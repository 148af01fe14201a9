using System.Globalization;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K2.Exchanges;

/// <summary>Reads the instruments file, see <c>instruments.yaml</c>.</summary>
public static class InstrumentFile
{
    /// <summary>The name of the file that lies beside the program.</summary>
    public const string DefaultName = "instruments.yaml";

    private static readonly string[] KnownKeys = ["exchange", "symbol", "native", "base", "quote", "price_scale", "quantity_scale", "trades", "rest", "legacy"];

    /// <summary>The path of the file that comes with the program.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, DefaultName);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InstrumentFileException">The file is missing, unreadable or wrong; the message is one line with the line number and the remedy.</exception>
    public static InstrumentTable Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InstrumentFileException(path, 0, $"cannot be read ({e.GetType().Name}); name an existing instruments file", e);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="name">The name that errors give to the text.</param>
    /// <exception cref="InstrumentFileException">The text is wrong.</exception>
    public static InstrumentTable Parse(string text, string name = DefaultName)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return ReadTable(yaml, name);
        }
        catch (YamlException e)
        {
            throw new InstrumentFileException(name, e.Start.Line, $"no valid YAML: {OneLine(e.InnerException?.Message ?? e.Message)}", e);
        }
    }

    private static InstrumentTable ReadTable(YamlStream yaml, string name)
    {
        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
            throw new InstrumentFileException(name, 1, "write one mapping with the key 'instruments'");

        YamlSequenceNode? list = null;
        foreach (var (key, value) in root.Children)
        {
            if (key is not YamlScalarNode { Value: "instruments" }) throw Wrong(name, key, $"unknown key '{key}'; only 'instruments' is known");
            list = value as YamlSequenceNode ?? throw Wrong(name, value, "'instruments' must be a list");
        }

        if (list is null || list.Children.Count == 0) throw new InstrumentFileException(name, 1, "no instruments; add at least one below 'instruments:'");

        var instruments = new List<Instrument>(list.Children.Count);
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var node in list.Children)
        {
            var entry = node as YamlMappingNode ?? throw Wrong(name, node, "an instrument must be a mapping, for example { exchange: binance, symbol: BTC/USDT, … }");
            var instrument = ReadInstrument(entry, name);
            foreach (var key in (ReadOnlySpan<string>)[instrument.Id.ToString(), $"{instrument.Id.Exchange.ToName()} native {instrument.NativeSymbol}"])
            {
                if (!seen.TryAdd(key, entry.Start.Line)) throw Wrong(name, entry, $"'{key}' is already on line {seen[key]}; remove one of them");
            }

            instruments.Add(instrument);
        }

        return new InstrumentTable(instruments);
    }

    private static Instrument ReadInstrument(YamlMappingNode entry, string name)
    {
        foreach (var key in entry.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } k } || !KnownKeys.Contains(k)) throw Wrong(name, key, $"unknown key '{key}'; known are {string.Join(", ", KnownKeys)}");
        }

        var exchangeText = Text(entry, "exchange", name);
        if (!ExchangeNames.TryParse(exchangeText, out var exchange))
            throw Wrong(name, entry["exchange"], $"unknown exchange '{exchangeText}'; known are {string.Join(", ", ExchangeNames.All.Select(e => e.ToName()))}");

        var symbol = Text(entry, "symbol", name);
        if (!InstrumentId.TryCreate(exchange, symbol, out var id) || id.Symbol != symbol)
            throw Wrong(name, entry["symbol"], $"'{symbol}' is no symbol; write BASE/QUOTE in upper case, for example BTC/USDT");

        var baseAsset = Text(entry, "base", name);
        var quoteAsset = Text(entry, "quote", name);
        if (symbol != $"{baseAsset}/{quoteAsset}") throw Wrong(name, entry["symbol"], $"symbol '{symbol}' is not base '{baseAsset}' / quote '{quoteAsset}'; make them agree");

        var native = Name(entry, "native", name);

        var priceScale = Scale(entry, "price_scale", name);
        var quantityScale = Scale(entry, "quantity_scale", name);
        if (priceScale + quantityScale > Instrument.MaxScaleSum)
            throw Wrong(name, entry, $"price_scale {priceScale} and quantity_scale {quantityScale} sum to more than {Instrument.MaxScaleSum}; lower one of them");

        return new Instrument(id, native, baseAsset, quoteAsset, priceScale, quantityScale, Kind(entry, name))
        {
            RestSymbol = entry.Children.ContainsKey("rest") ? Name(entry, "rest", name) : native,
            LegacySymbol = entry.Children.ContainsKey("legacy") ? Name(entry, "legacy", name) : native,
        };
    }

    private static string Name(YamlMappingNode entry, string key, string name)
    {
        var text = Text(entry, key, name);
        return text.Any(c => c is <= ' ' or > '~' or '"' or '\\') ? throw Wrong(name, entry[key], $"{key} name '{text}' holds characters other than printable ASCII") : text;
    }

    private static TradeKind Kind(YamlMappingNode entry, string name)
    {
        if (!entry.Children.ContainsKey("trades")) return TradeKind.Single;
        return Text(entry, "trades", name) switch
        {
            "single" => TradeKind.Single,
            "aggregate" => TradeKind.Aggregate,
            var other => throw Wrong(name, entry["trades"], $"'trades' must be single or aggregate, not '{other}'"),
        };
    }

    private static int Scale(YamlMappingNode entry, string key, string name)
    {
        var text = Text(entry, key, name);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && scale <= Instrument.MaxScaleSum
            ? scale
            : throw Wrong(name, entry[key], $"'{key}' must be a whole number from 0 to {Instrument.MaxScaleSum}, not '{text}'");
    }

    private static string Text(YamlMappingNode entry, string key, string name)
    {
        if (!entry.Children.TryGetValue(key, out var node)) throw Wrong(name, entry, $"'{key}' is missing; add it");
        return node is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : throw Wrong(name, node, $"'{key}' must be a text");
    }

    private static InstrumentFileException Wrong(string name, YamlNode node, string problem) => new(name, node.Start.Line, OneLine(problem));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
