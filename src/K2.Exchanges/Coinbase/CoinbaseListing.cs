using System.Net;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>Coinbase's products: <c>GET /products/{product_id}</c> of the Exchange API (docs.cdp.coinbase.com, "Get single product").</summary>
internal sealed class CoinbaseListing : ISymbolListing
{
    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument) => new($"/products/{Uri.EscapeDataString(instrument.RestSymbol)}", 1) { TakesRefusals = true };

    /// <inheritdoc/>
    public string? Read(Instrument instrument, int status, ReadOnlySpan<byte> body)
    {
        if (status == (int)HttpStatusCode.NotFound) return ListingRules.Unknown;
        if (!WireJson.TryParse(body, new FrameResult(), out var json) || json.Member("id"u8).ValueKind != JsonValueKind.String) return null;
        var state = json.Member("status"u8).Shown();
        var isDisabled = json.Member("trading_disabled"u8).ValueKind == JsonValueKind.True;
        return ListingRules.Check(instrument, isDisabled ? "trading_disabled" : state, state == "online" && !isDisabled, ListingRules.Digits(json.Member("quote_increment"u8)), ListingRules.Digits(json.Member("base_increment"u8)));
    }
}
