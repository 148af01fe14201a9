using System.Globalization;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>The columns of trades in CSV: names and texts as in JSON.</summary>
public static class TradeColumns
{
    /// <summary>Name and text of each column, in order. No text holds a comma, a quote or a line break.</summary>
    public static IReadOnlyList<(string Name, Func<TradeView, string> Text)> All { get; } =
    [
        ("exchange", trade => trade.Exchange),
        ("symbol", trade => trade.Symbol),
        ("trade_id", trade => trade.TradeId.ToString(CultureInfo.InvariantCulture)),
        ("price", trade => DecimalTextConverter.Format(trade.Price)),
        ("quantity", trade => DecimalTextConverter.Format(trade.Quantity)),
        ("side", trade => trade.Side.ToWire()),
        ("timestamp", trade => UtcTimeConverter.Format(trade.Time)),
        ("received_timestamp", trade => UtcTimeConverter.Format(trade.ReceivedTime)),
        ("source", trade => trade.Source.ToWire()),
    ];
}
