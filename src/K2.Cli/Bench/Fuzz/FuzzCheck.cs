using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using K2.Domain.Trades;
using K2.Exchanges;

namespace K2.Cli.Bench.Fuzz;

/// <summary>What must hold for whatever a parser makes of any bytes.</summary>
internal static class FuzzCheck
{
    private const int MaxDetail = 1000;

    private static readonly FrozenSet<string> Reasons = typeof(RejectReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Returns what is wrong with a result, or null. Only files may hold trades without ids and sides.</summary>
    public static string? Problem(FrameResult result, int slots, bool isOfExchange = true)
    {
        if (result.Detail.Length > MaxDetail) return $"a detail of {result.Detail.Length} characters";
        if (result.Kind != FrameKind.Trades && !result.Trades.IsEmpty) return $"{result.Kind} with trades";
        return result.Kind switch
        {
            FrameKind.Trades => TradesProblem(result, slots, isOfExchange),
            FrameKind.Control => result.Control == ControlKind.None ? "a control message that says nothing" : null,
            FrameKind.Ignored => result.Ignored == IgnoredKind.None ? "ignored for no reason" : null,
            FrameKind.Rejected => Reasons.Contains(result.Reason) && result.Detail.Length > 0 ? null : $"rejected with reason '{result.Reason}' and detail '{result.Detail}'",
            _ => $"kind {result.Kind}",
        };
    }

    /// <summary>Returns what differs between two results of the same bytes, or null.</summary>
    public static string? Difference(FrameResult one, FrameResult two) =>
        one.Kind == two.Kind && one.Control == two.Control && one.RequestId == two.RequestId && one.Sequence == two.Sequence && one.IsSnapshot == two.IsSnapshot && one.Symbol == two.Symbol
        && one.BadTrades == two.BadTrades && one.Reason == two.Reason && one.Detail == two.Detail && one.Trades.SequenceEqual(two.Trades) ? null : "another result the second time";

    /// <summary>Whether bytes are one JSON value; no trade may come of others.</summary>
    public static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = new Utf8JsonReader(bytes);
            while (json.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? TradesProblem(FrameResult result, int slots, bool isOfExchange)
    {
        if (result.Trades.IsEmpty) return "trades without a trade";
        if (result.BadTrades > 0 && !Reasons.Contains(result.Reason)) return $"bad trades with reason '{result.Reason}'";
        foreach (var (slot, trade) in result.Trades)
        {
            if (slot < 0 || slot >= slots) return $"slot {slot}";
            if (trade.Price.Mantissa <= 0 || trade.Quantity.Mantissa <= 0) return $"price {trade.Price.Mantissa}, quantity {trade.Quantity.Mantissa}";
            if (!isOfExchange && AnonymousTrades.Contains(trade.TradeId) && trade.Side == TakerSide.Unknown) continue;
            if (trade.TradeId < 0 || trade.FirstTradeId < 0 || trade.LastTradeId < trade.FirstTradeId) return $"id {trade.TradeId} of {trade.FirstTradeId} to {trade.LastTradeId}";
            if (trade.Side is not (TakerSide.Buy or TakerSide.Sell)) return $"side {trade.Side}";
        }

        return null;
    }
}
