namespace K2.Simulator.Synthetic;

/// <summary>The state of one symbol: its price walks at random, its ids count up. All arithmetic is on integers.</summary>
internal sealed class SyntheticSymbol
{
    private const int StepsPerPrice = 40_000;
    private const int QuantityUnit = 1000;

    private static readonly Dictionary<string, long> KnownPrices = new(StringComparer.Ordinal)
    {
        ["BTCUSDT"] = 60_000_00000000,
        ["ETHUSDT"] = 2_600_00000000,
        ["BNBUSDT"] = 520_00000000,
        ["SOLUSDT"] = 150_00000000,
        ["XRPUSDT"] = 60000000,
        ["ADAUSDT"] = 35000000,
        ["DOGEUSDT"] = 10000000,
        ["ATOMUSDT"] = 4_50000000,
        ["DOTUSDT"] = 4_80000000,
        ["LTCUSDT"] = 62_00000000,
        ["LINKUSDT"] = 10_50000000,
        ["AVAXUSDT"] = 24_00000000,
    };

    private readonly long _reference;
    private readonly long _tick;
    private long _price;

    public SyntheticSymbol(string native, long firstTradeId)
    {
        Native = native;
        LowerCase = native.ToLowerInvariant();
        NextTradeId = firstTradeId;
        _reference = KnownPrices.GetValueOrDefault(native, 1_00000000);
        _tick = Tick(_reference);
        _price = _reference;
    }

    /// <summary>Native symbol.</summary>
    public string Native { get; }

    /// <summary>Native symbol as in stream names.</summary>
    public string LowerCase { get; }

    /// <summary>The id of the next trade.</summary>
    public long NextTradeId { get; private set; }

    /// <summary>Makes a trade: price and quantity at eight digits behind the point.</summary>
    public (long TradeId, long Price, long Quantity, bool BuyerIsMaker) Trade(SplitMix random)
    {
        // About 0.25 basis points a trade; the walk is drawn back towards its reference so that it stays positive and plausible for ever.
        var steps = random.Below(5) - 2;
        var pull = Math.Clamp((_reference - _price) / (_reference / 200), -3, 3);
        if (random.Below(20) < Math.Abs(pull)) steps += Math.Sign(pull);
        _price += steps * _tick;

        var buyerIsMaker = random.Below(2) == 0;
        var price = buyerIsMaker ? _price : _price + _tick;
        long magnitude = random.Below(4) switch { 0 => 1, 1 => 10, 2 => 100, _ => 1000 };
        var quantity = (1 + random.Below(900)) * magnitude * QuantityUnit;
        return (NextTradeId++, price, quantity, buyerIsMaker);
    }

    // The largest power of ten that is at most the price / 40,000: 1.00 for BTC, 0.00001 for XRP.
    private static long Tick(long price)
    {
        long tick = 1;
        while (tick * 10 <= price / StepsPerPrice) tick *= 10;
        return tick;
    }
}
