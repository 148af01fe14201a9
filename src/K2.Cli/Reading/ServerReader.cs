using System.Runtime.CompilerServices;
using K2.Client;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain.Instruments;

namespace K2.Cli.Reading;

/// <summary>Reads from a running server.</summary>
internal sealed class ServerReader(K2Client client) : IMarketReader
{
    public Task<IReadOnlyList<SymbolView>> SymbolsAsync(CancellationToken cancellationToken) => client.GetSymbolsAsync(cancellationToken);

    public IAsyncEnumerable<CandleView> CandlesAsync(string timeframe, RowRequest request, CancellationToken cancellationToken)
    {
        var (exchange, symbol) = (request.Instrument.Exchange.ToName(), request.Instrument.Symbol);
        return request.From is null
            ? ReversedAsync(client.GetLatestCandlesAsync(exchange, symbol, timeframe, request.Limit, request.To, fill: request.Fill, asOf: request.AsOf, snapshot: request.Snapshot, cancellationToken: cancellationToken), cancellationToken)
            : client.GetCandlesAsync(exchange, symbol, timeframe, request.From, request.To, request.Fill, request.AsOf, request.Snapshot, cancellationToken).Take(request.Limit);
    }

    public IAsyncEnumerable<TradeView> TradesAsync(RowRequest request, CancellationToken cancellationToken)
    {
        var (exchange, symbol) = (request.Instrument.Exchange.ToName(), request.Instrument.Symbol);
        return request.From is null
            ? ReversedAsync(client.GetLatestTradesAsync(exchange, symbol, request.Limit, request.To, request.Snapshot, cancellationToken), cancellationToken)
            : client.GetTradesAsync(exchange, symbol, request.From, request.To, request.Snapshot, cancellationToken).Take(request.Limit);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private static async IAsyncEnumerable<T> ReversedAsync<T>(Task<IReadOnlyList<T>> newestFirst, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rows = await newestFirst.WaitAsync(cancellationToken);
        for (var i = rows.Count - 1; i >= 0; i--) yield return rows[i];
    }
}
