using K2.Contracts.Http;
using K2.Contracts.Symbols;

namespace K2.Cli.Reading;

/// <summary>Answers symbols, candles and trades, oldest first.</summary>
internal interface IMarketReader : IAsyncDisposable
{
    Task<IReadOnlyList<SymbolView>> SymbolsAsync(CancellationToken cancellationToken);

    IAsyncEnumerable<CandleView> CandlesAsync(string timeframe, RowRequest request, CancellationToken cancellationToken);

    IAsyncEnumerable<TradeView> TradesAsync(RowRequest request, CancellationToken cancellationToken);
}
