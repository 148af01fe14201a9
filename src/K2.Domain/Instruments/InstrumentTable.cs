using System.Diagnostics.CodeAnalysis;

namespace K2.Domain.Instruments;

/// <summary>The configured instruments, found by identifier or by the exchange's own name. Names are looked up, never taken apart.</summary>
public sealed class InstrumentTable
{
    private readonly Dictionary<InstrumentId, Instrument> _byId = [];
    private readonly Dictionary<(Exchange Exchange, string Native), Instrument> _byNative = [];

    /// <summary>Makes a table of instruments.</summary>
    /// <exception cref="ArgumentException">An identifier or a native name occurs twice, or scales are out of range.</exception>
    public InstrumentTable(IEnumerable<Instrument> instruments)
    {
        foreach (var instrument in instruments)
        {
            if (instrument.PriceScale is < 0 or > Instrument.MaxScaleSum || instrument.QuantityScale is < 0 or > Instrument.MaxScaleSum
                || instrument.PriceScale + instrument.QuantityScale > Instrument.MaxScaleSum)
                throw new ArgumentException($"{instrument.Id}: price scale {instrument.PriceScale} and quantity scale {instrument.QuantityScale} must be at least 0 and sum to at most {Instrument.MaxScaleSum}");
            if (!_byId.TryAdd(instrument.Id, instrument)) throw new ArgumentException($"{instrument.Id} occurs twice");
            if (!_byNative.TryAdd((instrument.Id.Exchange, instrument.NativeSymbol), instrument)) throw new ArgumentException($"{instrument.Id.Exchange} {instrument.NativeSymbol} occurs twice");
        }
    }

    /// <summary>All instruments, in the order of the file.</summary>
    public IReadOnlyCollection<Instrument> All => _byId.Values;

    /// <summary>Finds an instrument by exchange and canonical symbol.</summary>
    public bool TryGet(InstrumentId id, [NotNullWhen(true)] out Instrument? instrument) => _byId.TryGetValue(id, out instrument);

    /// <summary>Finds an instrument by the exchange's own name; upper and lower case differ.</summary>
    public bool TryGetNative(Exchange exchange, string native, [NotNullWhen(true)] out Instrument? instrument) => _byNative.TryGetValue((exchange, native), out instrument);
}
