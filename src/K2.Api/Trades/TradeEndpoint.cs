using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Trades;

/// <summary><c>GET /v1/trades</c>: stored trades of one instrument by (exchange time, trade id), page by page without repeats or holes.</summary>
internal static class TradeEndpoint
{
    public static async Task<IResult> GetAsync(HttpContext http, InstrumentTable instruments, [FromKeyedServices(WarehouseReaders.History)] IWarehouseReader reader, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol", "from", "to", "after_id", "limit", "order", "snapshot", "format");
        var instrument = request.Instrument(instruments);
        var from = request.Time("from");
        var to = request.Time("to");
        var afterId = request.Id("after_id");
        var limit = request.Limit();
        var newestFirst = request.NewestFirst(from is not null);
        var moment = request.Snapshot();
        var format = request.Format();
        if (afterId is not null && (newestFirst ? to : from) is null)
            request.Fail($"after_id goes with {(newestFirst ? "to (the time of that trade, order=desc)" : "from (the time of that trade, order=asc)")}: follow next, which has both.");
        if (from is { } first && to is { } end && (first > end || (first == end && afterId is null))) request.FailWindow();
        if (request.Problem is { } problem) return problem;

        var query = new TradeQuery(instrument!.Id, from, to, afterId, limit, newestFirst);
        var stored = new List<PositionedTrade>(Math.Min(limit, RequestReader.DefaultLimit));
        var cold = http.RequestServices.GetService<IColdReader>();
        if (moment is not null && cold is null) return Problem.NoColdTier;
        long? snapshot = moment is null ? null : await cold!.FindSnapshotAsync(ColdTables.SilverTrades, moment, cancellationToken);
        await foreach (var trade in snapshot is null ? reader.ReadTradesAsync(query, cancellationToken) : cold!.ReadTradesAsync(query, snapshot, cancellationToken)) stored.Add(trade);

        var next = stored.Count < limit ? null : NextPage(query, stored[^1], snapshot, format);
        var views = stored.ConvertAll(trade => trade.Trade.ToView(instrument));
        return format == AnswerFormat.Csv
            ? new CsvResult<TradeView>(TradeColumns.All, views, next)
            : new PageResult<TradePage>(new TradePage { Data = [.. views], Next = next }, ApiJson.Readable.TradePage, next);
    }

    private static string NextPage(TradeQuery query, PositionedTrade last, long? snapshot, AnswerFormat format)
    {
        var time = last.Trade.ExchangeTime;
        var from = query.NewestFirst ? query.From : time;
        var to = query.NewestFirst ? time : query.To;
        return $"/v1/trades?exchange={query.Instrument.Exchange.ToName()}&symbol={query.Instrument.UrlSymbol}{Parameter("from", from)}{Parameter("to", to)}"
            + $"&after_id={last.Trade.TradeId}&limit={query.Limit}&order={(query.NewestFirst ? "desc" : "asc")}{(snapshot is null ? "" : "&snapshot=" + snapshot)}{(format == AnswerFormat.Csv ? "&format=csv" : "")}";
    }

    private static string Parameter(string name, Timestamp? time) => time is { } value ? $"&{name}={value}" : "";
}
