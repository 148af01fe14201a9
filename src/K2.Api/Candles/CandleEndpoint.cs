using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Live;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Candles;

/// <summary><c>GET /v1/ohlcv/{timeframe}</c>: candles of one instrument and any interval by window start, from the warehouse, on request with the forming one from memory.</summary>
internal static class CandleEndpoint
{
    public static async Task<IResult> GetAsync(
        string timeframe, HttpContext http, InstrumentTable instruments, [FromKeyedServices(WarehouseReaders.History)] IWarehouseReader reader, GrainReads grains, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol", "from", "to", "limit", "order", "live", "fill", "as_of", "snapshot", "format");
        var interval = request.Interval(timeframe);
        var instrument = request.Instrument(instruments);
        var from = request.Time("from");
        var to = request.Time("to");
        var limit = request.Limit();
        var newestFirst = request.NewestFirst(from is not null);
        var live = request.Flag("live");
        var fill = request.Flag("fill");
        var asOf = request.Time("as_of");
        var moment = request.Snapshot();
        var format = request.Format();
        if (from >= to) request.FailWindow();
        if (moment is not null && (live || fill)) request.Fail("snapshot goes without live and fill: it is a state of the cold tables.");
        if (request.Problem is null && moment is not null && !interval.IsStored) request.Fail($"snapshot goes with {string.Join(", ", Timeframes.All.Select(frame => frame.ToName()))}: other intervals are made of stored candles.");
        if (live && (fill || asOf is not null)) request.Fail("live goes without fill and as_of: what comes from memory is now and may have holes.");
        if (request.Problem is null && live && !interval.IsStored) request.Fail($"live goes with {string.Join(", ", Timeframes.All.Select(frame => frame.ToName()))}: other intervals are made of stored candles.");
        if (request.Problem is { } problem) return problem;

        var query = new IntervalQuery(instrument!.Id, interval, from, to, limit, newestFirst) { Fill = fill, AsOf = asOf };
        var cold = http.RequestServices.GetService<IColdReader>();
        if (moment is not null && cold is null) return Problem.NoColdTier;
        long? snapshot = moment is null ? null : await cold!.FindSnapshotAsync(ColdTables.CandlesOf(interval.Source, asOf is not null), moment, cancellationToken);
        var views = snapshot is null
            ? (await reader.ReadIntervalsAsync(query, cancellationToken)).Select(candle => candle.ToView(instrument)).ToList()
            : await cold!.ReadCandlesAsync(new CandleQuery(instrument.Id, interval.Source, from, to, limit, newestFirst) { AsOf = asOf }, snapshot, cancellationToken).Select(candle => candle.ToView(instrument)).ToListAsync(cancellationToken);
        if (live) MergeForming(views, query, await grains.AskAsync(instrument.Id.ToString(), (ILiveGrain grain, CancellationToken token) => grain.GetForming(token), cancellationToken));

        var next = views.Count < query.PageLimit ? null : NextPage(query, views[^1], live, snapshot, format);
        return format == AnswerFormat.Csv
            ? new CsvResult<CandleView>(CandleColumns.All, views, next)
            : new PageResult<CandlePage>(new CandlePage { Data = [.. views], Next = next }, ApiJson.Readable.CandlePage, next);
    }

    /// <summary>
    /// Puts the newest candle from memory into a page of stored ones. A stored candle stays when it is closed or counts more trades: then it knows more.
    /// </summary>
    internal static void MergeForming(List<CandleView> page, IntervalQuery query, IEnumerable<CandleView> candles)
    {
        var name = query.Interval.Name;
        var forming = candles.FirstOrDefault(candle => candle.Timeframe == name);
        if (forming is null) return;
        var start = Timestamp.From(new DateTimeOffset(forming.WindowStart, TimeSpan.Zero));
        if ((query.From is { } from && start < from) || (query.To is { } to && start >= to)) return;

        var newest = page.Count == 0 ? null : query.NewestFirst ? page[0] : page[^1];
        if (newest?.WindowStart == forming.WindowStart)
        {
            if (!newest.Closed && forming.TradeCount >= newest.TradeCount) page[query.NewestFirst ? 0 : ^1] = forming;
        }
        else if (newest is null || forming.WindowStart > newest.WindowStart)
        {
            if (query.NewestFirst)
            {
                page.Insert(0, forming);
                if (page.Count > query.Limit) page.RemoveAt(page.Count - 1);
            }
            else if (page.Count < query.Limit)
            {
                page.Add(forming);
            }
        }
    }

    private static string? NextPage(IntervalQuery query, CandleView last, bool live, long? snapshot, AnswerFormat format)
    {
        var start = Timestamp.From(new DateTimeOffset(last.WindowStart, TimeSpan.Zero));
        var from = query.NewestFirst ? query.From : new Timestamp(start.Microseconds + query.Interval.LengthMicroseconds);
        var to = query.NewestFirst ? start : query.To;
        if (from >= to) return null;
        return $"/v1/ohlcv/{query.Interval.Name}?exchange={query.Instrument.Exchange.ToName()}&symbol={query.Instrument.UrlSymbol}{Parameter("from", from)}{Parameter("to", to)}"
            + $"&limit={query.Limit}&order={(query.NewestFirst ? "desc" : "asc")}{(live ? "&live=true" : "")}{(query.Fill ? "&fill=true" : "")}{Parameter("as_of", query.AsOf)}{(snapshot is null ? "" : "&snapshot=" + snapshot)}{(format == AnswerFormat.Csv ? "&format=csv" : "")}";
    }

    private static string Parameter(string name, Timestamp? time) => time is { } value ? $"&{name}={value}" : "";
}
