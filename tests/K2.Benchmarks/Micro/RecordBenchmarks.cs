using BenchmarkDotNet.Attributes;
using K2.Benchmarks.Stream;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Benchmarks.Micro;

/// <summary>The packed form of 1,000 trades, and the candles of them.</summary>
[MemoryDiagnoser]
public class RecordBenchmarks
{
    private const int Count = 1000;
    private readonly LogRecord[] _records = new LogRecord[Count];
    private byte[] _packed = [];

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        for (var i = 0; i < Count; i++) _records[i] = TradeData.Trade(i + 1, TradeData.Start + (i * 10_000L), TradeData.Start + (i * 10_000L), random);
        _packed = RecordCodec.Encode(TradeData.Instruments[0], _records);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public byte[] Encode() => RecordCodec.Encode(TradeData.Instruments[0], _records);

    [Benchmark(OperationsPerInvoke = Count)]
    public long Decode()
    {
        var sum = 0L;
        for (var i = 0; i < Count; i++) sum += RecordCodec.Read(_packed, i).Trade.TradeId;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public BookChanges Apply()
    {
        var book = new CandleBook(TradeData.Instruments[0], new CandleBookOptions());
        var changes = new BookChanges();
        for (var i = 0; i < Count; i++) book.Apply(LogPosition.Create(1, i), _records[i], changes);
        return changes;
    }
}
