using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Summaries;

/// <summary><c>GET /v1/compare/{interval}</c>: one symbol on all exchanges that have it, window by window.</summary>
internal static class ComparisonEndpoint
{
    private const int BasisPoints = 10_000;
    private const int BasisDigits = 4;

    public static async Task<IResult> GetAsync(string interval, HttpContext http, InstrumentTable instruments, [FromKeyedServices(WarehouseReaders.History)] IWarehouseReader reader, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "symbol", "from", "to", "limit", "order", "format");
        var length = request.Interval(interval);
        var wanted = request.InstrumentsOf(instruments, null);
        var from = request.Time("from");
        var to = request.Time("to");
        var limit = request.Limit();
        var newestFirst = request.NewestFirst(from is not null);
        var format = request.Format();
        if (from >= to) request.FailWindow();
        if (request.Problem is { } problem) return problem;

        var candles = new List<CandleView>();
        var most = limit;
        foreach (var instrument in wanted)
        {
            var query = new IntervalQuery(instrument.Id, length, from, to, limit, newestFirst);
            most = query.PageLimit;
            candles.AddRange((await reader.ReadIntervalsAsync(query, cancellationToken)).Select(candle => candle.ToView(instrument)));
        }

        // The newest (oldest) windows of all are the newest of each, so that the limit cuts no window of one exchange alone.
        var windows = candles.GroupBy(candle => candle.WindowStart);
        var names = wanted.Select(instrument => instrument.Id.Exchange.ToName()).ToList();
        var rows = (newestFirst ? windows.OrderByDescending(window => window.Key) : windows.OrderBy(window => window.Key)).Take(most).Select(window => Compare([.. window], names)).ToList();
        return format == AnswerFormat.Csv
            ? new CsvResult<ComparisonView>(ComparisonColumns.All, rows, null)
            : new PageResult<ComparisonPage>(new ComparisonPage { Data = [.. rows] }, ApiJson.Readable.ComparisonPage, null);
    }

    private static ComparisonView Compare(List<CandleView> candles, List<string> exchanges)
    {
        var (low, high) = (candles.Min(candle => candle.Close), candles.Max(candle => candle.Close));
        var isCompared = candles.Count > 1;
        return new ComparisonView
        {
            WindowStart = candles[0].WindowStart,
            WindowEnd = candles[0].WindowEnd,
            Spread = isCompared ? high - low : null,
            SpreadBps = isCompared && low > 0 ? decimal.Round((high - low) * BasisPoints / low, BasisDigits) : null,
            Missing = [.. exchanges.Where(name => candles.TrueForAll(candle => candle.Exchange != name))],
            Candles = [.. candles],
        };
    }
}
