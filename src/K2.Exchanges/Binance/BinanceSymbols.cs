using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>Finds instruments by the bytes of Binance's names, and makes stream names.</summary>
internal sealed class BinanceSymbols
{
    private readonly SymbolIndex _index = new();

    public BinanceSymbols(InstrumentTable table)
    {
        Instruments = [.. table.All.Where(i => i.Id.Exchange == Exchange.Binance)];
        for (var slot = 0; slot < Instruments.Length; slot++) _index.Add(Instruments[slot].NativeSymbol, slot);
    }

    /// <summary>The instruments by slot.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>Returns the name of the stream with the instrument's kind of trades, for example <c>btcusdt@trade</c>.</summary>
    public static string StreamName(Instrument instrument) =>
        instrument.NativeSymbol.ToLowerInvariant() + (instrument.TradeKind == TradeKind.Aggregate ? "@aggTrade" : "@trade");

    /// <summary>Returns the slot of a native symbol, or −1.</summary>
    public int Find(ReadOnlySpan<byte> native) => _index.Find(native);
}
