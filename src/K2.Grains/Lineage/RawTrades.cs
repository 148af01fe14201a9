using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Gaps;

namespace K2.Grains.Lineage;

/// <summary>Reads an instrument's trades from raw frames and REST pages with the exchange's own parsers. Not thread-safe.</summary>
internal sealed class RawTrades(Instrument instrument, IExchangeAdapter adapter, TradeSource source, ILineageStore store)
{
    private readonly IFrameParser _parser = adapter.CreateParser(new InstrumentTable([instrument]));
    private readonly FrameResult _result = new();

    /// <summary>Returns the trades of [from, until) by id, each as the frame that was received first carried it; null if there are more than asked for.</summary>
    public Task<Dictionary<long, Trade>?> ReadAsync(Timestamp from, Timestamp until, int most, CancellationToken cancellationToken) => GatherAsync(store.ReadFramesAsync(Query(from, until), cancellationToken), from, until, most);

    /// <summary>Returns the trades of [from, until) that looks back at later subscriptions carry; few, as each holds some dozens.</summary>
    public async Task<Dictionary<long, Trade>> ReadLaterSnapshotsAsync(Timestamp from, Timestamp until, CancellationToken cancellationToken) =>
        (await GatherAsync(store.ReadLaterSnapshotsAsync(Query(from, until), cancellationToken), from, until, int.MaxValue))!;

    private FrameQuery Query(Timestamp from, Timestamp until) => new(instrument.Id.Exchange, instrument.NativeSymbol, RestOrigins.Mark, RestOrigins.Suffix(instrument), from, until);

    private async Task<Dictionary<long, Trade>?> GatherAsync(IAsyncEnumerable<StoredFrame> frames, Timestamp from, Timestamp until, int most)
    {
        var trades = new Dictionary<long, Trade>();
        await foreach (var frame in frames)
        {
            Parse(frame, from);
            foreach (var (slot, parsed) in _result.Trades)
            {
                // As the connection's dispatcher marks them.
                var trade = _result.IsSnapshot && source is (TradeSource.Live or TradeSource.Simulated) ? parsed with { Source = TradeSource.Snapshot } : parsed;
                if (slot != 0 || trade.ExchangeTime < from || trade.ExchangeTime >= until || trade.Kind != instrument.TradeKind) continue;
                if (!trades.TryGetValue(trade.TradeId, out var known) || trade.ReceivedTime < known.ReceivedTime) trades[trade.TradeId] = trade;
            }

            if (trades.Count > most) return null;
        }

        return trades;
    }

    private void Parse(StoredFrame frame, Timestamp from)
    {
        if (!frame.Origin.Contains(RestOrigins.Mark, StringComparison.Ordinal))
        {
            _parser.Parse(frame.Bytes, frame.Received, source, _result);
            return;
        }

        var range = new HistoryRange(0, long.MaxValue, from);
        adapter.History.Read(instrument, range, adapter.History.First(instrument, range), frame.Bytes, _ => null, frame.Received, _result);
    }
}
