using System.Text.Json;
using K2.Domain.Instruments;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>Kraken's pairs: <c>GET /0/public/AssetPairs</c> (docs.kraken.com, "Get Tradable Asset Pairs").</summary>
internal sealed class KrakenListing : ISymbolListing
{
    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument) => new($"/0/public/AssetPairs?pair={Uri.EscapeDataString(instrument.RestSymbol)}", 1) { TakesRefusals = true };

    /// <inheritdoc/>
    public string? Read(Instrument instrument, int status, ReadOnlySpan<byte> body)
    {
        if (!WireJson.TryParse(body, new FrameResult(), out var json)) return null;
        if (json.Member("error"u8) is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0)
            return errors[0].Words().Contains("Unknown asset pair", StringComparison.OrdinalIgnoreCase) ? ListingRules.Unknown : null;

        // The pair stands under Kraken's internal code.
        if (json.Member("result"u8) is not { ValueKind: JsonValueKind.Object } result) return null;
        var pair = result.EnumerateObject().FirstOrDefault().Value;
        if (pair.ValueKind != JsonValueKind.Object) return ListingRules.Unknown;
        var state = pair.Member("status"u8).Shown();
        return ListingRules.Check(instrument, state, state is not ("cancel_only" or "delisted" or "maintenance" or "suspended" or "work_in_progress"), ListingRules.Count(pair.Member("pair_decimals"u8)), ListingRules.Count(pair.Member("lot_decimals"u8)));
    }
}
