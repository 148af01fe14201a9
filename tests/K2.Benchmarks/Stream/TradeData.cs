using K2.Abstractions.Log;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Benchmarks.Stream;

/// <summary>Seeded trades: the same number of instruments in each partition, appends of a second of exchange time with its watermark.</summary>
internal static class TradeData
{
    public const int Partitions = 8;
    public const int TradesPerAppend = 100;
    private const int InstrumentsPerPartition = 2;
    public const long Start = 1_763_769_600_000_000;

    public static string Topic { get; } = TopicNames.Trades(Exchange.Binance);

    public static IReadOnlyList<Instrument> Instruments { get; } = Choose();

    /// <summary>Returns the appends, one of each instrument after the other.</summary>
    public static List<LogAppend> Appends(int perInstrument)
    {
        var random = new Random(1);
        var result = new List<LogAppend>();
        for (var number = 0; number < perInstrument; number++)
        {
            foreach (var instrument in Instruments) result.Add(Append(instrument, number, random));
        }

        return result;
    }

    /// <summary>Returns a trade.</summary>
    public static LogRecord Trade(long id, long exchangeMicroseconds, long receivedMicroseconds, Random random) => LogRecord.OfTrade(new Trade
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        Kind = TradeKind.Single,
        Price = new Price(6_183_763_000_000 + (random.Next(1, 100_000) * 1_000_000L)),
        Quantity = new Quantity(random.Next(1, 100_000) * 1_000L),
        Side = random.Next(2) == 0 ? TakerSide.Buy : TakerSide.Sell,
        Source = TradeSource.Simulated,
        ExchangeTime = new Timestamp(exchangeMicroseconds),
        ReceivedTime = new Timestamp(receivedMicroseconds),
    });

    private static LogAppend Append(Instrument instrument, int number, Random random)
    {
        const long Second = Timestamp.MicrosecondsPerSecond;
        var records = new LogRecord[TradesPerAppend + 1];
        var first = Start + (number * Second);
        for (var i = 0; i < TradesPerAppend; i++)
        {
            var time = first + (i * (Second / TradesPerAppend)) + random.Next(1000);
            records[i] = Trade(((long)number * TradesPerAppend) + i + 1, time, time + 20_000 + random.Next(5000), random);
        }

        records[^1] = LogRecord.OfWatermark(new Timestamp(first + Second));
        return new LogAppend(Topic, instrument.Id.ToString(), records.Length, RecordCodec.Encode(instrument, records));
    }

    private static List<Instrument> Choose()
    {
        var result = new List<Instrument>();
        var counts = new int[Partitions];
        for (var i = 0; result.Count < Partitions * InstrumentsPerPartition; i++)
        {
            var id = InstrumentId.Create(Exchange.Binance, $"C{i}/USDT");
            var partition = StablePartitioner.PartitionOf(id.ToString(), Partitions);
            if (counts[partition] == InstrumentsPerPartition) continue;
            counts[partition]++;
            result.Add(new Instrument(id, $"C{i}USDT", $"C{i}", "USDT", 8, 8));
        }

        return result;
    }
}
