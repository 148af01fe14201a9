using System.Text;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges.Binance;

/// <summary>Finds instruments by the bytes of Binance's names, and makes stream names.</summary>
internal sealed class BinanceSymbols
{
    private readonly Dictionary<UInt128, int> _short = [];
    private readonly Dictionary<string, int> _long = new(StringComparer.Ordinal);

    public BinanceSymbols(InstrumentTable table)
    {
        Instruments = [.. table.All.Where(i => i.Id.Exchange == Exchange.Binance)];
        for (var slot = 0; slot < Instruments.Length; slot++)
        {
            var native = Encoding.UTF8.GetBytes(Instruments[slot].NativeSymbol);
            if (native.Length <= 16) _short.Add(Pack(native), slot);
            else _long.Add(Instruments[slot].NativeSymbol, slot);
        }
    }

    /// <summary>The instruments by slot.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>Returns the name of the stream with the instrument's kind of trades, for example <c>btcusdt@trade</c>.</summary>
    public static string StreamName(Instrument instrument) =>
        instrument.NativeSymbol.ToLowerInvariant() + (instrument.TradeKind == TradeKind.Aggregate ? "@aggTrade" : "@trade");

    /// <summary>Returns the slot of a native symbol, or −1.</summary>
    public int Find(ReadOnlySpan<byte> native)
    {
        if (native.IsEmpty) return -1;
        if (native.Length <= 16) return _short.GetValueOrDefault(Pack(native), -1);
        return _long.GetValueOrDefault(Encoding.UTF8.GetString(native), -1);
    }

    // Names hold no zero byte, so that two names of different length never pack to one key.
    private static UInt128 Pack(ReadOnlySpan<byte> name)
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (i < 8) low |= (ulong)name[i] << (8 * i);
            else high |= (ulong)name[i] << (8 * (i - 8));
        }

        return new UInt128(high, low);
    }
}
