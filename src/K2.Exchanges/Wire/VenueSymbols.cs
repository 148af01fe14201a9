using K2.Domain.Instruments;

namespace K2.Exchanges.Wire;

/// <summary>Finds one exchange's instruments by the bytes of its names for them, as the instruments file gives them.</summary>
internal sealed class VenueSymbols
{
    private readonly SymbolIndex _native = new();
    private readonly SymbolIndex _legacy = new();

    public VenueSymbols(InstrumentTable table, Exchange exchange)
    {
        Instruments = [.. table.All.Where(instrument => instrument.Id.Exchange == exchange)];
        for (var slot = 0; slot < Instruments.Length; slot++)
        {
            _native.Add(Instruments[slot].NativeSymbol, slot);
            _legacy.Add(Instruments[slot].LegacySymbol, slot);
        }
    }

    /// <summary>The instruments by slot.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>Returns the slot of a native symbol, or −1.</summary>
    public int Find(ReadOnlySpan<byte> native) => _native.Find(native);

    /// <summary>Returns the slot of a name in the protocol before, or −1: Kraken's WebSocket v2 says BTC, v1 XBT.</summary>
    public int FindLegacy(ReadOnlySpan<byte> name) => _legacy.Find(name);
}
