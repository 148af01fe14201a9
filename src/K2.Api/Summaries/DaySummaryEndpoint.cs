using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
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

    private static DaySummary Summary(Instrument instrument, Candle candle, List<StoredGap> gaps)
    {
        var view = candle.ToView(instrument);
        return new DaySummary
        {
            Exchange = view.Exchange,
            Symbol = view.Symbol,
            Date = candle.WindowStart.ToString()[..10],
            Open = view.Open,
            High = view.High,
            Low = view.Low,
            Close = view.Close,
            Volume = view.Volume,
            QuoteVolume = view.QuoteVolume,
            Vwap = Averages.Vwap(instrument, candle.Volume, candle.QuoteVolume),
            TradeCount = view.TradeCount,
            FirstTradeTime = view.OpenTime,
            LastTradeTime = view.CloseTime,
            FirstTradeId = view.OpenTradeId,
            LastTradeId = view.CloseTradeId,
            Closed = view.Closed,
            Complete = view.Complete.ToWire(),
            GapsOpen = gaps.Count(gap => gap.Change.State != GapState.Filled),
            GapsFilled = gaps.Count(gap => gap.Change.State == GapState.Filled),
        };
    }
}
