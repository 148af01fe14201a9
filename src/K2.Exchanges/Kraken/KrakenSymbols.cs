using K2.Domain.Instruments;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>Finds instruments by the names of Kraken's two WebSocket versions, as the instruments file gives them: v2 says BTC, v1 XBT.</summary>
internal sealed class KrakenSymbols
{
    private readonly SymbolIndex _native = new();
    private readonly SymbolIndex _legacy = new();

    public KrakenSymbols(InstrumentTable table)
    {
        Instruments = [.. table.All.Where(instrument => instrument.Id.Exchange == Exchange.Kraken)];
        for (var slot = 0; slot < Instruments.Length; slot++)
        {
            _native.Add(Instruments[slot].NativeSymbol, slot);
            _legacy.Add(Instruments[slot].LegacySymbol, slot);
        }
    }

    /// <summary>The instruments by slot.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>Returns the slot of a v2 symbol, or −1.</summary>
    public int Find(ReadOnlySpan<byte> native) => _native.Find(native);

    /// <summary>Returns the slot of a v1 pair, or −1.</summary>
    public int FindLegacy(ReadOnlySpan<byte> pair) => _legacy.Find(pair);
}
