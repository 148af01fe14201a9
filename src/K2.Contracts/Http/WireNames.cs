using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Contracts.Http;

/// <summary>The texts of enums in JSON and CSV: the same as in the warehouse's tables.</summary>
public static class WireNames
{
    /// <summary>Returns <c>BUY</c>, <c>SELL</c> or <c>UNKNOWN</c>.</summary>
    public static string ToWire(this TakerSide side) => side.ToString().ToUpperInvariant();

    /// <summary>Returns the source in lower case, for example <c>live</c>.</summary>
    public static string ToWire(this TradeSource source) => source.ToString().ToLowerInvariant();

    /// <summary>Returns <c>single</c>, <c>aggregate</c> or <c>unknown</c>.</summary>
    public static string ToWire(this TradeKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Returns <c>yes</c>, <c>no</c> or <c>unknown</c>.</summary>
    public static string ToWire(this Completeness complete) => complete.ToString().ToLowerInvariant();

    /// <summary>Returns the cause in lower case with hyphens, for example <c>id-jump</c>.</summary>
    public static string ToWire(this GapCause cause) => Hyphened(cause.ToString());

    /// <summary>Returns <c>open</c>, <c>filled</c>, <c>unfillable</c> or <c>unknown</c>.</summary>
    public static string ToWire(this GapState state) => Hyphened(state.ToString());

    /// <summary>Returns the reason in lower case with hyphens, or empty.</summary>
    public static string ToWire(this GapReason reason) => reason == GapReason.None ? "" : Hyphened(reason.ToString());

    private static string Hyphened(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
