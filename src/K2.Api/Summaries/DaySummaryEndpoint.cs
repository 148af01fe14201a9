using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Summaries;

/// <summary><c>GET /v1/summary/{symbol}/{date}</c>: one UTC day of a symbol on one exchange, or on each that has it.</summary>
internal static class DaySummaryEndpoint
{
    private const int MaxGaps = 10_000;

    public static async Task<IResult> GetAsync(string symbol, string date, HttpContext http, InstrumentTable instruments, IWarehouseReader reader, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "format");
        var wanted = request.InstrumentsOf(instruments, symbol);
        var day = request.Day(date);
        var format = request.Format();
        if (request.Problem is { } problem) return problem;

        var days = new List<DaySummary>();
        foreach (var instrument in wanted)
        {
            var query = new CandleQuery(instrument.Id, Timeframe.OneDay, day, new Timestamp(day.Microseconds + 1), 1, false);
            if (await reader.ReadCandlesAsync(query, cancellationToken).FirstOrDefaultAsync(cancellationToken) is not { } candle) continue;
            var gaps = await reader.ReadGapsAsync(new GapQuery(instrument.Id.Exchange, instrument.Id.Symbol, null, MaxGaps), cancellationToken)
                .Where(gap => gap.Change.Gap.Overlaps(candle.WindowStart, candle.WindowEnd)).ToListAsync(cancellationToken);
            days.Add(Summary(instrument, candle, gaps));
        }

        return format == AnswerFormat.Csv
            ? new CsvResult<DaySummary>(SummaryColumns.All, days, null)
            : new PageResult<DaySummaryPage>(new DaySummaryPage { Data = [.. days] }, ApiJson.Readable.DaySummaryPage, null);
    }

    private static DaySummary Summary(Instrument instrument, Candle candle, List<StoredGap> gaps) => new()
    {
        Exchange = instrument.Id.Exchange.ToName(),
        Symbol = instrument.Id.Symbol,
        Date = candle.WindowStart.ToString()[..10],
        Open = FixedPoint.ToDecimal(candle.Open.Mantissa, instrument.PriceScale),
        High = FixedPoint.ToDecimal(candle.High.Mantissa, instrument.PriceScale),
        Low = FixedPoint.ToDecimal(candle.Low.Mantissa, instrument.PriceScale),
        Close = FixedPoint.ToDecimal(candle.Close.Mantissa, instrument.PriceScale),
        Volume = FixedPoint.ToDecimal(candle.Volume, instrument.QuantityScale),
        QuoteVolume = FixedPoint.ToDecimal(candle.QuoteVolume, instrument.PriceScale + instrument.QuantityScale),
        Vwap = Averages.Vwap(instrument, candle.Volume, candle.QuoteVolume),
        TradeCount = candle.TradeCount,
        FirstTradeTime = candle.OpenTime.ToDateTime(),
        LastTradeTime = candle.CloseTime.ToDateTime(),
        FirstTradeId = candle.OpenTradeId,
        LastTradeId = candle.CloseTradeId,
        Closed = candle.Closed,
        Complete = candle.Complete.ToWire(),
        GapsOpen = gaps.Count(gap => gap.Change.State != GapState.Filled),
        GapsFilled = gaps.Count(gap => gap.Change.State == GapState.Filled),
    };
}
