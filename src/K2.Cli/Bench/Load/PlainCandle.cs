namespace K2.Cli.Bench.Load;

/// <summary>A candle in mantissas, made of trades in order without the platform's book.</summary>
internal readonly record struct PlainCandle(long Open, long High, long Low, long Close, Int128 Volume, Int128 QuoteVolume, long Trades)
{
    public static PlainCandle Of(long price, long quantity) => new(price, price, price, price, quantity, (Int128)price * quantity, 1);

    public PlainCandle With(long price, long quantity) =>
        new(Open, Math.Max(High, price), Math.Min(Low, price), price, Volume + quantity, QuoteVolume + ((Int128)price * quantity), Trades + 1);
}
