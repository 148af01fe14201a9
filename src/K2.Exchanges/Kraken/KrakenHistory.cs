using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>
/// Past trades of Kraken: <c>GET /0/public/Trades</c> (docs.kraken.com, "Get Recent Trades"). Pages go forward in time; the cursor <c>last</c> is
/// passed on verbatim, and ids tell what a page repeats.
/// </summary>
internal sealed class KrakenHistory : ITradeHistory
{
    private const int Fields = 7;
    private const int MaxCursorDigits = 20;

    /// <inheritdoc/>
    public Uri BaseAddress => KrakenEndpoints.Rest;

    /// <inheritdoc/>
    public RequestBudget Budget { get; } = new(300, TimeSpan.FromMinutes(1), KrakenLimits.RestSpacing, KrakenLimits.PairSpacing);

    /// <inheritdoc/>
    public HistoryQuery First(Instrument instrument, HistoryRange range)
    {
        return Query(instrument, Before(range.FromTime));
    }

    /// <inheritdoc/>
    public HistoryQuery? Read(Instrument instrument, HistoryRange range, HistoryQuery query, ReadOnlySpan<byte> body, Func<string, string?> header, Timestamp receivedTime, FrameResult result)
    {
        result.Clear();
        if (!WireJson.TryParse(body, result, out var json)) return null;
        if (json.Member("error"u8) is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0)
        {
            var words = errors[0].Words();
            result.Reject(IsBusy(words) ? RejectReasons.RestBusy : RejectReasons.RestError, words);
            return null;
        }

        // The pair stands under Kraken's internal code, the only member beside the cursor.
        var page = json.Member("result"u8);
        var rows = page.ValueKind == JsonValueKind.Object ? page.EnumerateObject().FirstOrDefault(member => member.Value.ValueKind == JsonValueKind.Array).Value : default;
        var last = page.Member("last"u8);
        if (rows.ValueKind != JsonValueKind.Array || last.Plain().IsEmpty || !IsNumber(last.Plain()))
        {
            result.Reject(RejectReasons.UnknownMessage, "no list of trades with a cursor");
            return null;
        }

        long highest = -1;
        foreach (var row in rows.EnumerateArray())
        {
            ReadRow(row, instrument, receivedTime, result);
            if (result.Trades is [.., var newest]) highest = Math.Max(highest, newest.Trade.TradeId);
        }

        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
        if (result.Kind == FrameKind.Rejected || highest >= range.ToId || rows.GetArrayLength() < KrakenLimits.TradesPerPage) return null;

        // A cursor that does not move would ask for the same page for ever.
        var next = Query(instrument, last.Shown());
        return Since(next) > Since(query) ? next : null;
    }

    /// <inheritdoc/>
    public HistoryQuery Locate(Instrument instrument, IdSearch search) =>
        new($"/0/public/Trades?pair={Uri.EscapeDataString(instrument.RestSymbol)}&since={Before(search.From)}&count=1", 1);

    /// <inheritdoc/>
    public string? ReadLocated(Instrument instrument, IdSearch search, ReadOnlySpan<byte> body, Timestamp receivedTime)
    {
        var result = new FrameResult();
        Read(instrument, new HistoryRange(0, long.MaxValue, search.From), Locate(instrument, search), body, _ => null, receivedTime, result);
        if (result.Kind == FrameKind.Rejected) return $"{result.Reason} {result.Detail}";
        search.Found(result.Trades is [var first, ..] ? first.Trade.TradeId : long.MaxValue);
        return null;
    }

    // The cursor is exclusive and counts nanoseconds; our times are cut to microseconds.
    private static string Before(Timestamp time) => Math.Max(0, (time.Microseconds * 1000) - 1).ToString(CultureInfo.InvariantCulture);

    // Kraken says so with HTTP 200 ("API error messages").
    private static bool IsBusy(string words) => words is "EGeneral:Too many requests" or "EAPI:Rate limit exceeded" or "EService:Unavailable" or "EService:Busy" or "EService:Timeout" or "EGeneral:Temporary lockout" or "EGeneral:Internal error";

    private static HistoryQuery Query(Instrument instrument, string since) =>
        new($"/0/public/Trades?pair={Uri.EscapeDataString(instrument.RestSymbol)}&since={since}&count={KrakenLimits.TradesPerPage.ToString(CultureInfo.InvariantCulture)}", 1);

    private static UInt128 Since(HistoryQuery query)
    {
        const string name = "&since=";
        var rest = query.PathAndQuery.AsSpan(query.PathAndQuery.IndexOf(name, StringComparison.Ordinal) + name.Length);
        return UInt128.Parse(rest[..rest.IndexOf('&')], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) => text.Length <= MaxCursorDigits && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static void ReadRow(JsonElement row, Instrument instrument, Timestamp received, FrameResult result)
    {
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() < Fields)
        {
            result.AddBad(RejectReasons.MissingField, "a trade is no list of price, volume, time, side, type, misc and id");
            return;
        }

        var draft = new TradeDraft(instrument);
        draft.Price(row[0], "price", JsonValueKind.String);
        draft.Quantity(row[1], "volume", JsonValueKind.String);
        draft.SecondsTime(row[2], "time", received);
        draft.Side(row[3], "side", "b"u8, "s"u8);
        draft.Id(row[6], "trade_id");
        draft.AddTo(result, 0, received, TradeSource.Backfill);
    }
}
