using System.Runtime.CompilerServices;
using K2.Abstractions.Warehouse;
using K2.Cli.Locating;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Cli.Reading;

/// <summary>Reads the warehouse of a folder whose silo does not run.</summary>
internal sealed class FolderReader(IWarehouseReader reader, InstrumentTable instruments, IAsyncDisposable? engine) : IMarketReader
{
    private const int PageSize = 10_000;

    public static async Task<FolderReader> OpenAsync(Target.AtRest folder, CancellationToken cancellationToken)
    {
        var engine = await FolderEngine.StartAsync(folder, cancellationToken);
        return new FolderReader(engine.Reader, engine.Instruments, engine);
    }

    public Task<IReadOnlyList<SymbolView>> SymbolsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SymbolView>>(instruments.All.Select(instrument => new SymbolView
        {
            Exchange = instrument.Id.Exchange.ToName(),
            Symbol = instrument.Id.Symbol,
            NativeSymbol = instrument.NativeSymbol,
            BaseAsset = instrument.BaseAsset,
            QuoteAsset = instrument.QuoteAsset,
            PriceScale = instrument.PriceScale,
            QuantityScale = instrument.QuantityScale,
            TradeKind = instrument.TradeKind,
            Active = false,
        }).ToList());

    public async IAsyncEnumerable<CandleView> CandlesAsync(string timeframe, RowRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Find(request.Instrument);
        if (!CandleInterval.TryParse(timeframe, out var interval)) throw CliException.Usage($"'{timeframe}' is no interval.");
        var query = new IntervalQuery(instrument.Id, interval, Moment(request.From), Moment(request.To), request.Limit, request.From is null) { Fill = request.Fill, AsOf = Moment(request.AsOf) };
        if (query.NewestFirst)
        {
            foreach (var candle in (await reader.ReadIntervalsAsync(query, cancellationToken)).Reverse()) yield return candle.ToView(instrument);
            yield break;
        }

        for (var left = request.Limit; left > 0;)
        {
            var page = query with { Limit = Math.Min(left, PageSize) };
            var candles = await reader.ReadIntervalsAsync(page, cancellationToken);
            foreach (var candle in candles) yield return candle.ToView(instrument);
            if (candles.Count < page.PageLimit) yield break;
            left -= candles.Count;
            query = query with { From = candles[^1].WindowEnd };
            if (query.From >= query.To) yield break;
        }
    }

    public async IAsyncEnumerable<TradeView> TradesAsync(RowRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Find(request.Instrument);
        var (from, to) = (Moment(request.From), Moment(request.To));
        if (from is null)
        {
            var newest = new List<TradeView>();
            await foreach (var trade in reader.ReadTradesAsync(new TradeQuery(instrument.Id, null, to, null, request.Limit, true), cancellationToken)) newest.Add(trade.Trade.ToView(instrument));
            for (var i = newest.Count - 1; i >= 0; i--) yield return newest[i];
            yield break;
        }

        long? after = null;
        for (var left = request.Limit; left > 0;)
        {
            var page = Math.Min(left, PageSize);
            var count = 0;
            await foreach (var trade in reader.ReadTradesAsync(new TradeQuery(instrument.Id, from, to, after, page, false), cancellationToken))
            {
                count++;
                (from, after) = (trade.Trade.ExchangeTime, trade.Trade.TradeId);
                yield return trade.Trade.ToView(instrument);
            }

            if (count < page) yield break;
            left -= count;
        }
    }

    public ValueTask DisposeAsync() => engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Instrument Find(InstrumentId id) =>
        instruments.TryGet(id, out var instrument) ? instrument : throw CliException.Usage($"{id} is not in the instruments file: 'symbols' lists those that are, --instruments names another file.");

    private static Timestamp? Moment(DateTimeOffset? time) => time is { } value ? Timestamp.From(value) : null;
}
