using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Cli.Bench.Chaos;

/// <summary>One symbol of the direct feed: its next trade, its ledger, and what is held back to come late.</summary>
internal sealed class FedSymbol
{
    private readonly PriorityQueue<LedgerTrade, (long Due, long Id)> _late = new();
    private readonly HashSet<long> _held = [];
    private long _nextId;
    private long _price;
    private long _lastTime;

    public FedSymbol(Instrument instrument, long firstId, long price)
    {
        Instrument = instrument;
        Key = instrument.Id.ToString();
        _nextId = firstId;
        _price = price;
        Weight = 1 + (int)(firstId % 4);
    }

    public Instrument Instrument { get; }

    public string Key { get; }

    /// <summary>Share of the feed's trades.</summary>
    public int Weight { get; }

    /// <summary>All trades in the order of their ids.</summary>
    public List<LedgerTrade> Ledger { get; } = [];

    /// <summary>The digits of the ledger's prices and quantities.</summary>
    public SimulatedInstrument Simulated => new(Instrument.NativeSymbol, Instrument.RestSymbol, Instrument.PriceScale, Instrument.QuantityScale, 1, 1);

    /// <summary>Makes the next trades, none later than a time.</summary>
    public IEnumerable<LedgerTrade> Make(int count, long now, Random random)
    {
        var from = Math.Max(_lastTime, now - 1_000_000);
        for (var i = 0; i < count; i++)
        {
            // Several trades of one microsecond are common, and their order is that of their ids.
            _lastTime = from = Math.Min(now, from + (random.Next(4) == 0 ? 0 : random.Next(20_000)));
            _price = Math.Max(1000, _price + random.Next(-1000, 1001));
            var trade = new LedgerTrade(Instrument.NativeSymbol, 0, _nextId++, _price, 1 + random.NextInt64(5_000_000_000), random.Next(2) == 0, from);
            Ledger.Add(trade);
            yield return trade;
        }
    }

    public void HoldBack(LedgerTrade trade, long due)
    {
        _late.Enqueue(trade, (due, trade.TradeId));
        _held.Add(trade.TradeId);
    }

    /// <summary>Returns what was held back until now or earlier.</summary>
    public IEnumerable<LedgerTrade> TakeDue(long now)
    {
        while (_late.TryPeek(out var trade, out var place) && place.Due <= now)
        {
            _late.Dequeue();
            _held.Remove(trade.TradeId);
            yield return trade;
        }
    }

    /// <summary>Returns trades that were sent before.</summary>
    public IEnumerable<LedgerTrade> Sent(int first, int count) => Ledger.GetRange(first, count).Where(trade => !_held.Contains(trade.TradeId));
}
