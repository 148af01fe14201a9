using BenchmarkDotNet.Attributes;
using K2.Benchmarks.Stream;
using K2.Domain.Trades;
using K2.Streaming.Avro;

namespace K2.Benchmarks.Micro;

/// <summary>One trade in Avro.</summary>
[MemoryDiagnoser]
public class AvroBenchmarks
{
    private readonly TradeAvro _avro = new(TradeData.Instruments[0], LogFactory.Ids);
    private Trade _trade;
    private byte[] _message = [];

    [GlobalSetup]
    public void SetUp()
    {
        _trade = TradeData.Trade(1, TradeData.Start, TradeData.Start, new Random(1)).Trade;
        _message = _avro.Encode(_trade);
    }

    [Benchmark]
    public byte[] Encode() => _avro.Encode(_trade);

    [Benchmark]
    public Trade? Decode() => _avro.TryDecode(_message);
}
