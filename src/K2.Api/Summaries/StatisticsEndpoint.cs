using System.Collections.Immutable;
using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Summaries;

/// <summary><c>GET /v1/stats</c>: what the warehouse holds, without reading a trade.</summary>
internal static class StatisticsEndpoint
{
    public static async Task<IResult> GetAsync(HttpContext http, IWarehouseSummaries summaries, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;

        var statistics = await summaries.StatisticsAsync(cancellationToken);
        var report = new StatisticsReport
        {
            Tables = [.. statistics.Tables.Select(table => new TableSize { Name = table.Name, Rows = table.Rows, DiskBytes = table.DiskBytes, Partitions = table.Partitions, Oldest = table.Oldest, Newest = table.Newest })],
            TradesByExchange = statistics.Instruments.GroupBy(row => row.Instrument.Exchange.ToName()).ToImmutableSortedDictionary(of => of.Key, of => of.Sum(row => row.Trades), StringComparer.Ordinal),
            Instruments =
            [
                .. statistics.Instruments.Select(row => new InstrumentCount
                {
                    Exchange = row.Instrument.Exchange.ToName(),
                    Symbol = row.Instrument.Symbol,
                    Trades = row.Trades,
                    Days = row.Days,
                    FirstTradeTime = row.FirstTrade.ToDateTime(),
                    LastTradeTime = row.LastTrade.ToDateTime(),
                }),
            ],
        };
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(report, ApiJson.Default.StatisticsReport);
    }
}
