using K2.Domain.Instruments;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>Finds instruments by Coinbase's product ids as the instruments file gives them.</summary>
internal sealed class CoinbaseSymbols
{
    private readonly SymbolIndex _index = new();

    public CoinbaseSymbols(InstrumentTable table)
    {
        Instruments = [.. table.All.Where(instrument => instrument.Id.Exchange == Exchange.Coinbase)];
        for (var slot = 0; slot < Instruments.Length; slot++) _index.Add(Instruments[slot].NativeSymbol, slot);
    }

    /// <summary>The instruments by slot.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>Returns the slot of a product id, or −1.</summary>
    public int Find(ReadOnlySpan<byte> product) => _index.Find(product);
}
