using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>
/// Past trades of Coinbase: <c>GET /products/{id}/trades</c> (docs.cdp.coinbase.com, "Get product trades" and "Pagination"). Pages go back in
/// time, newest first; <c>after</c> asks for ids below it.
/// </summary>
internal sealed class CoinbaseHistory : ITradeHistory
{
    /// <inheritdoc/>
    public Uri BaseAddress => CoinbaseEndpoints.Rest;

    /// <inheritdoc/>
    public RequestBudget Budget { get; } = new(CoinbaseLimits.RequestsPerSecond, TimeSpan.FromSeconds(1), TimeSpan.Zero);

    /// <inheritdoc/>
    public HistoryQuery First(Instrument instrument, HistoryRange range) =>
        Query(instrument, range.ToId == long.MaxValue ? null : (range.ToId + 1).ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public HistoryQuery? Read(Instrument instrument, HistoryRange range, HistoryQuery query, ReadOnlySpan<byte> body, Func<string, string?> header, Timestamp receivedTime, FrameResult result)
    {
        result.Clear();
        if (!WireJson.TryParse(body, result, out var json)) return null;
        if (json.ValueKind != JsonValueKind.Array)
        {
            result.Reject(json.Member("message"u8).ValueKind == JsonValueKind.String ? RejectReasons.RestError : RejectReasons.UnknownMessage, json.Member("message"u8).Words());
            return null;
        }

        foreach (var row in json.EnumerateArray()) ReadRow(row, instrument, receivedTime, result);
        result.OrderOldestFirst();
        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
        if (result.Trades is not [var oldest, ..] || (range.FromId == 0 ? oldest.Trade.ExchangeTime < range.FromTime : oldest.Trade.TradeId <= range.FromId)) return null;

        var after = header("CB-AFTER");
        // The cursor is the oldest id of the page. One that does not go back would ask for the same pages for ever.
        if (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) || cursor < 1) return null;
        var next = Query(instrument, cursor.ToString(CultureInfo.InvariantCulture));
        return cursor <= oldest.Trade.TradeId && next != query ? next : null;
    }

    /// <summary>Nothing can be asked for by time: the id in the middle of what is possible says on which side to look.</summary>
    public HistoryQuery Locate(Instrument instrument, IdSearch search) =>
        new($"/products/{Uri.EscapeDataString(instrument.RestSymbol)}/trades?limit=1&after={(Middle(search) + 1).ToString(CultureInfo.InvariantCulture)}", 1);

    /// <inheritdoc/>
    public string? ReadLocated(Instrument instrument, IdSearch search, ReadOnlySpan<byte> body, Timestamp receivedTime)
    {
        var result = new FrameResult();
        if (!WireJson.TryParse(body, result, out var json)) return result.Detail;
        if (json.ValueKind != JsonValueKind.Array) return json.Member("message"u8).Words();
        foreach (var row in json.EnumerateArray()) ReadRow(row, instrument, receivedTime, result);
        if (result.BadTrades > 0) return $"{result.Reason} {result.Detail}";

        var middle = Middle(search);
        if (result.Trades is [var trade, ..] && trade.Trade.ExchangeTime >= search.From) search.High = Math.Min(middle, trade.Trade.TradeId);
        else search.Low = middle + 1;
        if (search.Low >= search.High) search.Found(search.High);
        return null;
    }

    private static long Middle(IdSearch search) => search.Low + ((search.High - 1 - search.Low) / 2);

    private static HistoryQuery Query(Instrument instrument, string? after) =>
        new($"/products/{Uri.EscapeDataString(instrument.RestSymbol)}/trades?limit={CoinbaseLimits.TradesPerPage.ToString(CultureInfo.InvariantCulture)}{(after is null ? "" : "&after=" + after)}", 1);

    private static void ReadRow(JsonElement row, Instrument instrument, Timestamp received, FrameResult result)
    {
        var draft = new TradeDraft(instrument);
        draft.Id(row.Member("trade_id"u8), "trade_id");
        draft.Price(row.Member("price"u8), "price", JsonValueKind.String);
        draft.Quantity(row.Member("size"u8), "size", JsonValueKind.String);

        // The maker's side here too.
        draft.Side(row.Member("side"u8), "side", buy: "sell"u8, sell: "buy"u8);
        draft.IsoTime(row.Member("time"u8), "time", received);
        draft.AddTo(result, 0, received, TradeSource.Backfill);
    }
}
