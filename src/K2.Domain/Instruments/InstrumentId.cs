using System.Diagnostics.CodeAnalysis;

namespace K2.Domain.Instruments;

/// <summary>
/// Names one instrument of one exchange by its canonical symbol, for example <c>binance:BTC/USDT</c>.
/// It is the key of the instrument's grains, streams and log records.
/// </summary>
public readonly record struct InstrumentId
{
    /// <summary>The longest symbol that is accepted, in characters.</summary>
    public const int MaxSymbolLength = 40;

    private InstrumentId(Exchange exchange, string symbol)
    {
        Exchange = exchange;
        Symbol = symbol;
    }

    /// <summary>The exchange; <see cref="Exchange.Unknown"/> only in the default value.</summary>
    public Exchange Exchange { get; }

    /// <summary>The canonical symbol, base and quote asset joined by a slash: <c>BTC/USDT</c>.</summary>
    public string Symbol { get; }

    /// <summary>The symbol as it stands in a URL: <c>BTC-USDT</c>.</summary>
    public string UrlSymbol => Symbol.Replace('/', '-');

    /// <summary>Returns the identifier of a symbol; <c>BTC-USDT</c> and <c>btc/usdt</c> are accepted.</summary>
    /// <exception cref="ArgumentException">The exchange has no name or the symbol is not of the form BASE/QUOTE.</exception>
    public static InstrumentId Create(Exchange exchange, string symbol) =>
        TryCreate(exchange, symbol, out var id)
            ? id
            : throw new ArgumentException($"'{symbol}' on '{exchange}' names no instrument: write BASE/QUOTE, for example BTC/USDT", nameof(symbol));

    /// <summary>As <see cref="Create"/>, but answers false instead of throwing.</summary>
    public static bool TryCreate(Exchange exchange, [NotNullWhen(true)] string? symbol, out InstrumentId id)
    {
        id = default;
        if (symbol is null || symbol.Length > MaxSymbolLength || exchange is Exchange.Unknown || !Enum.IsDefined(exchange)) return false;

        var canonical = symbol.ToUpperInvariant().Replace('-', '/');
        var slash = canonical.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == canonical.Length - 1 || canonical.LastIndexOf('/') != slash) return false;
        foreach (var c in canonical)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '/' and not '.' and not '_') return false;
        }

        id = new InstrumentId(exchange, canonical);
        return true;
    }

    /// <summary>Reads the form that <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is not <c>exchange:BASE/QUOTE</c>.</exception>
    public static InstrumentId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no instrument: write exchange:BASE/QUOTE, for example binance:BTC/USDT");

    /// <summary>As <see cref="Parse"/>, but answers false instead of throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InstrumentId id)
    {
        id = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && ExchangeNames.TryParse(text![..colon], out var exchange) && TryCreate(exchange, text[(colon + 1)..], out id);
    }

    /// <summary>Returns <c>exchange:BASE/QUOTE</c>.</summary>
    public override string ToString() => Symbol is null ? "" : $"{Exchange.ToName()}:{Symbol}";
}
