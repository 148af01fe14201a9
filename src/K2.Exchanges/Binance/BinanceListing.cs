using System.Text.Json;
using K2.Domain.Instruments;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>
/// Binance's symbols (developers.binance.com, "Exchange information" and "Filters"). The stream accepts every name, so that only this tells what does not exist.
/// </summary>
internal sealed class BinanceListing : ISymbolListing
{
    private const int Weight = 20;
    private const int InvalidSymbol = -1121;

    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument) => new($"/api/v3/exchangeInfo?symbol={Uri.EscapeDataString(instrument.RestSymbol)}", Weight) { TakesRefusals = true };

    /// <inheritdoc/>
    public string? Read(Instrument instrument, int status, ReadOnlySpan<byte> body)
    {
        if (!WireJson.TryParse(body, new FrameResult(), out var json)) return null;
        if (json.Member("code"u8) is { ValueKind: JsonValueKind.Number } code) return code.TryGetInt32(out var number) && number == InvalidSymbol ? ListingRules.Unknown : null;
        if (json.Member("symbols"u8) is not { ValueKind: JsonValueKind.Array } symbols) return null;
        foreach (var symbol in symbols.EnumerateArray())
        {
            if (symbol.Member("symbol"u8) is not { ValueKind: JsonValueKind.String } name || name.Shown() != instrument.RestSymbol) continue;
            var state = symbol.Member("status"u8).Shown();
            return ListingRules.Check(instrument, state, state == "TRADING", Digits(symbol, "PRICE_FILTER"u8, "tickSize"u8), Digits(symbol, "LOT_SIZE"u8, "stepSize"u8));
        }

        return ListingRules.Unknown;
    }

    private static int? Digits(JsonElement symbol, ReadOnlySpan<byte> type, ReadOnlySpan<byte> field)
    {
        if (symbol.Member("filters"u8) is not { ValueKind: JsonValueKind.Array } filters) return null;
        foreach (var filter in filters.EnumerateArray())
        {
            if (filter.Is("filterType"u8, type)) return ListingRules.Digits(filter.Member(field));
        }

        return null;
    }
}
