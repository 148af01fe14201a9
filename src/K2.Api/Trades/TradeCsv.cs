using System.Globalization;
using K2.Contracts.Http;
using K2.Contracts.Symbols;

namespace K2.Api.Trades;

/// <summary>The columns of trades in CSV: names and texts as in JSON.</summary>
internal static class TradeCsv
{
    public static IReadOnlyList<(string Name, Func<TradeView, string> Text)> Columns { get; } =
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
