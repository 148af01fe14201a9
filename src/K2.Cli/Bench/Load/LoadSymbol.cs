using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Cli.Bench.Load;

/// <summary>
/// The seeded trades of one symbol, spread evenly over a time: <see cref="Trades"/> gives the same ones each time it is asked, so that a check can make
/// its own candles of them.
/// </summary>
internal sealed record LoadSymbol(Instrument Instrument, int Seed, long Count, Timestamp Start, Timestamp End)
{
    private const int Symbols = 36;
    private static readonly string[] Assets = ["BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "DOT", "LTC", "LINK", "AVAX", "ATOM", "UNI"];

    /// <summary>End of all trades.</summary>
    public static Timestamp Until { get; } = Timestamp.From(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Twelve assets on three exchanges; the first symbol's trades lie over a year, the others' over 31 days.</summary>
    public static IReadOnlyList<LoadSymbol> All(long trades, int seed) => [.. Enumerable.Range(0, Symbols).Select(index =>
    {
        var asset = Assets[index / 3];
        var exchange = (Exchange)(1 + (index % 3));
        var quote = exchange == Exchange.Binance ? "USDT" : "USD";
        var instrument = new Instrument(InstrumentId.Create(exchange, $"{asset}/{quote}"), asset + quote, asset, quote, 2 + (index % 3), 4 + (index % 2));
        var count = (trades / Symbols) + (index < trades % Symbols ? 1 : 0);
        return new LoadSymbol(instrument, (seed * 1000) + index, count, Until.Add(-TimeSpan.FromDays(index == 0 ? 366 : 31)), Until);
    })];

    /// <summary>Returns the trades in order of time and id.</summary>
    public IEnumerable<Trade> Trades()
    {
        var random = new Random(Seed);
        var step = (End.Microseconds - Start.Microseconds) / Math.Max(Count, 1);
        var price = 100_000L + random.Next(5_000_000);
        for (long id = 1; id <= Count; id++)
        {
            price = Math.Max(1000, price + random.Next(-3, 4));
            var time = new Timestamp(Start.Microseconds + ((id - 1) * step) + random.NextInt64(Math.Max(step, 1)));
            yield return new Trade
            {
                TradeId = id,
                FirstTradeId = id,
                LastTradeId = id,
                Kind = TradeKind.Single,
                Price = new Price(price),
                Quantity = new Quantity(1 + random.Next(1 << (4 + random.Next(14)))),
                Side = random.Next(2) == 0 ? TakerSide.Buy : TakerSide.Sell,
                Source = TradeSource.Simulated,
                ExchangeTime = time,
                ReceivedTime = new Timestamp(time.Microseconds + 5_000 + random.Next(60_000)),
            };
        }
    }
}
