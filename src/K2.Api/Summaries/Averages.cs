using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Api.Summaries;

/// <summary>Volume-weighted average prices in integer arithmetic.</summary>
internal static class Averages
{
    private const int MoreDigits = 8;
    private const int MaxDigits = 18;

    /// <summary>Returns quote volume / volume, or null without volume. See <see cref="K2.Contracts.Http.RangeAverage.Vwap"/> for its digits.</summary>
    public static decimal? Vwap(Instrument instrument, Int128 volume, Int128 quoteVolume)
    {
        if (volume <= 0) return null;
        var scale = Math.Max(instrument.PriceScale, Math.Min(instrument.PriceScale + MoreDigits, MaxDigits));
        return FixedPoint.ToDecimal(ExactDivision.Divide(quoteVolume, instrument.PriceScale + instrument.QuantityScale, volume, instrument.QuantityScale, scale), scale);
    }
}
