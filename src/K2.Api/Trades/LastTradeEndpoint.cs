using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Live;
using K2.Contracts.Symbols;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Trades;

/// <summary><c>GET /v1/trades/last</c>: the last trade of one instrument by (exchange time, trade id), from memory, and from the warehouse while memory has none.</summary>
internal static class LastTradeEndpoint
{
    public static async Task<IResult> GetAsync(HttpContext http, InstrumentTable instruments, IWarehouseReader reader, GrainReads grains, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol");
        var instrument = request.Instrument(instruments);
        if (request.Problem is { } problem) return problem;

        var trade = await grains.AskAsync(instrument!.Id.ToString(), (ILiveGrain grain, CancellationToken token) => grain.GetLastTrade(token), cancellationToken)
            ?? await reader.ReadTradesAsync(new TradeQuery(instrument.Id, null, null, null, 1, true), cancellationToken).Select(stored => stored.Trade.ToView(instrument)).FirstOrDefaultAsync(cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return trade is null
            ? Problem.NotFound($"{instrument.Id} has no trade yet: ask again when its connector streams (see /health).")
            : Results.Json(trade, ApiJson.Default.TradeView);
    }
}
