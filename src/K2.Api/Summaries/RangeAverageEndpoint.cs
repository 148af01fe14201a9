using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Summaries;

/// <summary><c>GET /v1/vwap</c>: exact sums and the average price of one instrument over a range of whole minutes.</summary>
internal static class RangeAverageEndpoint
{
    private static readonly TimeSpan MostMinutes = TimeSpan.FromDays(366);

    public static async Task<IResult> GetAsync(HttpContext http, InstrumentTable instruments, IWarehouseSummaries summaries, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol", "from", "to");
        var instrument = request.Instrument(instruments);
        var from = request.Time("from");
        var to = request.Time("to");
        if (from is null || to is null) request.Fail("from and to are needed: the average is over [from, to).");
        else if (from >= to) request.FailWindow();
        else if (!IsMinute(from.Value) || !IsMinute(to.Value)) request.Fail("from and to must be whole minutes: sums are made of candles.");
        else if (to.Value.Since(from.Value) > MostMinutes && TotalsTimeframe.Of(from.Value, to.Value) != Timeframe.OneDay) request.Fail($"a range of more than {MostMinutes.TotalDays:0} days must begin and end at midnight UTC.");
        if (request.Problem is { } problem) return problem;

        var totals = await summaries.SumAsync(instrument!.Id, from!.Value, to!.Value, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            new RangeAverage
            {
                Exchange = instrument.Id.Exchange.ToName(),
                Symbol = instrument.Id.Symbol,
                From = from.Value.ToDateTime(),
                To = to.Value.ToDateTime(),
                Vwap = Averages.Vwap(instrument, totals.Volume, totals.QuoteVolume),
                Volume = FixedPoint.ToDecimal(totals.Volume, instrument.QuantityScale),
                QuoteVolume = FixedPoint.ToDecimal(totals.QuoteVolume, instrument.PriceScale + instrument.QuantityScale),
                TradeCount = totals.TradeCount,
                FirstTradeTime = totals.FirstTime?.ToDateTime(),
                LastTradeTime = totals.LastTime?.ToDateTime(),
                WindowsNotComplete = totals.NotComplete,
            },
            ApiJson.Default.RangeAverage);
    }

    private static bool IsMinute(Timestamp time) => Timeframe.OneMinute.WindowStart(time) == time;
}
