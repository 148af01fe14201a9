using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Live;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Status;

/// <summary><c>GET /v1/live</c>: last trade and newest candles of one instrument, or of all that are active, from memory.</summary>
internal static class LiveEndpoint
{
    public static async Task<IResult> GetAsync(HttpContext http, InstrumentTable instruments, PlatformObserver observer, GrainReads grains, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol", "timeframe");
        var timeframe = request.OptionalTimeframe("timeframe");
        var all = request.NamesNoInstrument;
        var one = all ? null : request.Instrument(instruments);
        if (request.Problem is { } problem) return problem;

        var wanted = one is null ? observer.Active(await observer.ConnectorsAsync(cancellationToken)) : [one];
        var snapshots = await Task.WhenAll(wanted.Select(instrument => SnapshotAsync(instrument, timeframe, grains, cancellationToken)));
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new LivePage { Data = [.. snapshots] }, ApiJson.Default.LivePage);
    }

    private static async Task<LiveSnapshot> SnapshotAsync(Instrument instrument, Timeframe? timeframe, GrainReads grains, CancellationToken cancellationToken)
    {
        var key = instrument.Id.ToString();
        var last = grains.AskAsync(key, (ILiveGrain grain, CancellationToken token) => grain.GetLastTrade(token), cancellationToken);
        var forming = await grains.AskAsync(key, (ILiveGrain grain, CancellationToken token) => grain.GetForming(token), cancellationToken);
        return new LiveSnapshot
        {
            Exchange = instrument.Id.Exchange.ToName(),
            Symbol = instrument.Id.Symbol,
            LastTrade = await last,
            Candles = timeframe is { } only ? [.. forming.Where(candle => candle.Timeframe == only.ToName())] : forming,
        };
    }
}
