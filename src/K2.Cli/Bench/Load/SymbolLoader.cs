using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Cli.Bench.Load;

/// <summary>What a symbol's grain does, without Orleans: batches into the candle book, the book's changes into the writer.</summary>
internal sealed class SymbolLoader(LoadSymbol symbol, IWarehouseWriter writer, int batch, Action<int> written)
{
    private readonly CandleBook _book = new(symbol.Instrument, new CandleBookOptions());
    private readonly BookChanges _changes = new();
    private long _offset = -1;
    private long _count;
    private Int128 _volume;
    private Int128 _quoteVolume;

    /// <summary>Returns the totals once every trade is durable.</summary>
    public async Task<SymbolTotals> RunAsync(CancellationToken cancellationToken)
    {
        var waiting = 0;
        foreach (var trade in symbol.Trades())
        {
            Apply(LogRecord.OfTrade(trade));
            Count(trade);
            if (++waiting < batch) continue;
            await FlushAsync(trade.ExchangeTime, waiting, cancellationToken);
            waiting = 0;
        }

        await FlushAsync(symbol.End, waiting, cancellationToken);
        return new SymbolTotals(symbol, _count, _volume, _quoteVolume);
    }

    private void Count(in Trade trade)
    {
        _count++;
        _volume += trade.Quantity.Mantissa;
        _quoteVolume += trade.QuoteVolume;
    }

    private void Apply(in LogRecord record) => _book.Apply(LogPosition.Create(1, ++_offset), record, _changes);

    private async Task FlushAsync(Timestamp reached, int trades, CancellationToken cancellationToken)
    {
        Apply(LogRecord.OfWatermark(reached));
        _book.TakeChanges(_changes);
        await writer.WriteAsync(SymbolFlush.Of(_book, _changes, []), cancellationToken);
        _changes.Clear();
        written(trades);
    }
}
