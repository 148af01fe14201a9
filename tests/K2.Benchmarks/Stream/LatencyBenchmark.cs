using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Simulator.Kafka;

namespace K2.Benchmarks.Stream;

/// <summary>Latency from the producer to the grain at a fixed rate: every 10 ms an append of 10 records, each time of another instrument.</summary>
internal static class LatencyBenchmark
{
    private const int RecordsPerAppend = 10;
    private const int WarmAppends = 200;
    private const int Appends = 1000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Returns percentiles in milliseconds and the number of records behind them.</summary>
    public static async Task<(double P50, double P99, int Count)> RunAsync(bool isKafka, bool withWarehouse, TimeSpan? fetchWait)
    {
        using var kafka = isKafka ? new MockKafkaCluster() : null;
        kafka?.CreateTopic(TradeData.Topic, TradeData.Partitions);
        kafka?.CreateTopic("k2.log.epochs", 1);
        var folder = Directory.CreateTempSubdirectory("k2-bench-log-").FullName;
        try
        {
            await using var log = kafka is null ? await LogFactory.EmbeddedAsync(folder) : await LogFactory.KafkaAsync(kafka.Bootstraps, "k2", fetchWait);
            var arrivals = new Arrivals(keepsLatencies: true);
            await using var silo = await StreamSilo.StartAsync(log, withWarehouse, arrivals);
            await ProduceAsync(log);
            var deadline = Arrivals.Now + (long)Limit.TotalMicroseconds;
            while (arrivals.Records < (Appends + WarmAppends) * RecordsPerAppend && Arrivals.Now < deadline) await Task.Delay(Period);
            return arrivals.Percentiles(WarmAppends * RecordsPerAppend);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ProduceAsync(ILog log)
    {
        var random = new Random(1);
        var ids = new long[TradeData.Instruments.Count];
        var pending = new List<Task>();
        var start = Arrivals.Now;
        for (var append = 0; append < Appends + WarmAppends; append++)
        {
            // By the clock, so that a late timer does not lower the rate.
            var due = start + (append * (long)Period.TotalMicroseconds);
            while (Arrivals.Now < due) await Task.Delay(1);
            var index = append % ids.Length;
            var instrument = TradeData.Instruments[index];
            var now = Arrivals.Now;
            var records = new LogRecord[RecordsPerAppend];
            for (var i = 0; i < records.Length; i++) records[i] = TradeData.Trade(++ids[index], TradeData.Start + now, now, random);
            pending.Add(log.AppendAsync([new LogAppend(TradeData.Topic, instrument.Id.ToString(), records.Length, RecordCodec.Encode(instrument, records))], CancellationToken.None));
        }

        await Task.WhenAll(pending);
    }
}
