using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>
/// Past trades of Binance (developers.binance.com, "Old trade lookup" and "Compressed/Aggregate trades list"). Pages go forward by id. Times come
/// in milliseconds unless microseconds are asked for, which this does not.
/// </summary>
internal sealed class BinanceHistory : ITradeHistory
{
    private const int TradesPerPage = 1000;
    private const int SingleWeight = 25;
    private const int AggregateWeight = 4;

    // Half of the 6,000 that an address has in a minute: the other half is for whoever else uses it.
    private const int WeightPerMinute = 3000;

    /// <inheritdoc/>
    public Uri BaseAddress => BinanceEndpoints.Rest;

    /// <inheritdoc/>
    public RequestBudget Budget { get; } = new(WeightPerMinute, TimeSpan.FromMinutes(1), TimeSpan.Zero);

    /// <inheritdoc/>
    public HistoryQuery First(Instrument instrument, HistoryRange range) => Query(instrument, range.FromId);

    /// <inheritdoc/>
    public HistoryQuery? Read(Instrument instrument, HistoryRange range, HistoryQuery query, ReadOnlySpan<byte> body, Func<string, string?> header, Timestamp receivedTime, FrameResult result)
    {
        result.Clear();
        if (!WireJson.TryParse(body, result, out var json)) return null;
        if (json.ValueKind != JsonValueKind.Array)
        {
            result.Reject(json.Member("msg"u8).ValueKind == JsonValueKind.String ? RejectReasons.RestError : RejectReasons.UnknownMessage, $"{json.Member("code"u8).Shown()} {json.Member("msg"u8).Shown()}");
            return null;
        }

        foreach (var row in json.EnumerateArray())
        {
            if (instrument.TradeKind == TradeKind.Aggregate) ReadAggregate(row, instrument, receivedTime, result);
            else ReadTrade(row, instrument, receivedTime, result);
        }

        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
        if (json.GetArrayLength() < TradesPerPage || result.Trades is not [.., var newest] || newest.Trade.TradeId >= range.ToId) return null;

        // A page that does not go on would be asked for for ever.
        var next = Query(instrument, newest.Trade.TradeId + 1);
        return newest.Trade.TradeId < range.FromId || next == query ? null : next;
    }

    /// <summary>Aggregate trades can be asked for by time, and each names the trades that it is made of.</summary>
    public HistoryQuery Locate(Instrument instrument, IdSearch search) => new(
        $"/api/v3/aggTrades?symbol={Uri.EscapeDataString(instrument.RestSymbol)}&startTime={((search.From.Microseconds + 999) / 1000).ToString(CultureInfo.InvariantCulture)}&limit=1", AggregateWeight);

    /// <inheritdoc/>
    public string? ReadLocated(Instrument instrument, IdSearch search, ReadOnlySpan<byte> body, Timestamp receivedTime)
    {
        var result = new FrameResult();
        if (!WireJson.TryParse(body, result, out var json)) return result.Detail;
        if (json.ValueKind != JsonValueKind.Array) return $"{json.Member("code"u8).Shown()} {json.Member("msg"u8).Shown()}";
        if (json.GetArrayLength() == 0)
        {
            search.Found(long.MaxValue);
            return null;
        }

        var id = json[0].Member(instrument.TradeKind == TradeKind.Aggregate ? "a"u8 : "f"u8);
        if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var first)) return "an aggregate trade without ids";
        search.Found(first);
        return null;
    }

    private static HistoryQuery Query(Instrument instrument, long fromId)
    {
        var isAggregate = instrument.TradeKind == TradeKind.Aggregate;
        var path = isAggregate ? "aggTrades" : fromId == 0 ? "trades" : "historicalTrades";
        var from = fromId == 0 ? "" : "&fromId=" + fromId.ToString(CultureInfo.InvariantCulture);
        return new HistoryQuery($"/api/v3/{path}?symbol={Uri.EscapeDataString(instrument.RestSymbol)}{from}&limit={TradesPerPage.ToString(CultureInfo.InvariantCulture)}", isAggregate ? AggregateWeight : SingleWeight);
    }

    private static void ReadTrade(JsonElement row, Instrument instrument, Timestamp received, FrameResult result)
    {
        var draft = new TradeDraft(instrument);
        draft.Id(row.Member("id"u8), "id", least: 0);
        draft.Price(row.Member("price"u8), "price", JsonValueKind.String);
        draft.Quantity(row.Member("qty"u8), "qty", JsonValueKind.String);
        draft.MillisecondsTime(row.Member("time"u8), "time", received);
        draft.MakerBought(row.Member("isBuyerMaker"u8), "isBuyerMaker");
        draft.AddTo(result, 0, received, TradeSource.Backfill);
    }

    private static void ReadAggregate(JsonElement row, Instrument instrument, Timestamp received, FrameResult result)
    {
        var draft = new TradeDraft(instrument);
        draft.Id(row.Member("a"u8), "a", least: 0);
        draft.Range(row.Member("f"u8), row.Member("l"u8));
        draft.Price(row.Member("p"u8), "p", JsonValueKind.String);
        draft.Quantity(row.Member("q"u8), "q", JsonValueKind.String);
        draft.MillisecondsTime(row.Member("T"u8), "T", received);
        draft.MakerBought(row.Member("m"u8), "m");
        draft.AddTo(result, 0, received, TradeSource.Backfill);
    }
}
