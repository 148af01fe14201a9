using System.Diagnostics;
using System.Globalization;
using System.Text;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Simulator.Kafka;

namespace K2.Benchmarks.Stream;

/// <summary>Records a second through provider and grain against a bare consumer, alternating in one process, and latencies at a fixed rate.</summary>
internal static class StreamBenchmark
{
    // 505 records of 16 instruments in 8 partitions: 2 x 25,250 a partition, compressed below the 5 MiB that the mock keeps.
    private const int AppendsPerInstrument = 250;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Names =
    [
        "bare Confluent.Kafka consumer, Avro decoded",
        "the same with the log's own fetch.queue.backoff.ms",
        "Kafka log, provider, counting grain (no warehouse)",
        "Kafka log, provider, symbol grain, ClickHouse rows durable",
        "embedded log, provider, counting grain (no warehouse)",
        "embedded log, provider, symbol grain, ClickHouse rows durable",
    ];

    // The mock answers a fetch that waits only when its time is over, a broker when a record comes: hence a second, short wait, which is not the default.
    private static readonly (string Name, bool IsKafka, TimeSpan? FetchWait)[] Latencies =
    [
        ("Kafka log, default (fetch wait 500 ms)", true, null),
        ("Kafka log, fetch wait 10 ms (not the default)", true, TimeSpan.FromMilliseconds(10)),
        ("embedded log", false, null),
    ];

    public static async Task<string> RunAsync(int rounds)
    {
        using var kafka = new MockKafkaCluster();
        kafka.CreateTopic(TradeData.Topic, TradeData.Partitions);
        kafka.CreateTopic("k2.log.epochs", 1);
        var appends = TradeData.Appends(AppendsPerInstrument);
        var records = appends.Sum(append => (long)append.RecordCount);
        await using (var log = await LogFactory.KafkaAsync(kafka.Bootstraps, "producer"))
        {
            await LogFactory.AppendAsync(log, appends);
            for (var partition = 0; partition < TradeData.Partitions; partition++)
            {
                if ((await log.EarliestAsync(TradeData.Topic, partition, CancellationToken.None)).Offset != 0) throw new InvalidOperationException("the mock cluster dropped records");
            }
        }

        var results = Names.Select(_ => new List<Measure>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            for (var way = 0; way < Names.Length; way++)
            {
                var measure = way < 2
                    ? await BareConsumer.RunAsync(kafka.Bootstraps, records, LogFactory.Ids, isTuned: way == 1)
                    : await StreamAsync(way < 4 ? kafka.Bootstraps : null, way is 3 or 5, appends, records, $"r{round}w{way}");
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round} {Names[way]}: {measure.RecordsPerSecond:N0}/s {measure.BytesPerRecord:N0} B"));

                // The first round warms up.
                if (round > 0) results[way].Add(measure);
            }
        }

        var table = Table(results, records, rounds);
        foreach (var (name, isKafka, fetchWait) in Latencies)
        {
            foreach (var withWarehouse in new[] { false, true })
            {
                var (p50, p99, count) = await LatencyBenchmark.RunAsync(isKafka, withWarehouse, fetchWait);
                table.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {(withWarehouse ? "rows and checkpoint durable in ClickHouse (symbol grain)" : "OnNextAsync entered (counting grain)")} | {p50:N1} | {p99:N1} | {count:N0} |");
            }
        }

        return table.ToString();
    }

    private static async Task<Measure> StreamAsync(string? bootstrap, bool withWarehouse, List<LogAppend> appends, long records, string group)
    {
        var folder = Directory.CreateTempSubdirectory("k2-bench-log-").FullName;
        try
        {
            await using var inner = bootstrap is null ? await LogFactory.EmbeddedAsync(folder) : await LogFactory.KafkaAsync(bootstrap, group);
            if (bootstrap is null) await LogFactory.AppendAsync(inner, appends);
            var ends = await LogFactory.EndsAsync(inner);
            var log = new GatedLog(inner, ends);
            var arrivals = new Arrivals(keepsLatencies: false);
            await using var silo = await StreamSilo.StartAsync(log, withWarehouse, arrivals);
            GC.Collect();
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var clock = Stopwatch.StartNew();
            log.Open();
            await log.Drained.WaitAsync(Limit);
            var measure = new Measure(records / clock.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)records);
            await CheckAsync(inner, ends, silo, withWarehouse, appends, arrivals, records);
            return measure;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CheckAsync(ILog log, Dictionary<int, LogPosition> ends, StreamSilo silo, bool withWarehouse, List<LogAppend> appends, Arrivals arrivals, long records)
    {
        foreach (var (partition, end) in ends)
        {
            var committed = await log.CommittedAsync(TradeData.Topic, partition, CancellationToken.None);
            if (committed != end) throw new InvalidOperationException($"partition {partition} is committed to {committed}, its end is {end}");
        }

        var trades = (long)appends.Count * TradeData.TradesPerAppend;
        var arrived = withWarehouse ? await silo.StoredTradesAsync() : arrivals.Records;
        if (arrived != (withWarehouse ? trades : records)) throw new InvalidOperationException($"{arrived} arrived of {records} records, {trades} of them trades");
    }

    private static StringBuilder Table(List<Measure>[] results, long records, int rounds)
    {
        var table = new StringBuilder();
        var bare = Median(results[0], measure => measure.RecordsPerSecond);
        table.AppendLine(CultureInfo.InvariantCulture, $"{records:N0} records, {TradeData.Instruments.Count} instruments, {TradeData.Partitions} partitions, {TradeData.TradesPerAppend + 1} records an append; median of {rounds} alternating runs.");
        table.AppendLine();
        table.AppendLine("| way | records/s | lowest | highest | of the bare consumer | allocated bytes/record |");
        table.AppendLine("|---|---:|---:|---:|---:|---:|");
        for (var way = 0; way < results.Length; way++)
        {
            var rates = results[way].Select(measure => measure.RecordsPerSecond).ToList();
            var median = Median(results[way], measure => measure.RecordsPerSecond);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {Names[way]} | {median:N0} | {rates.Min():N0} | {rates.Max():N0} | {100 * median / bare:N0} % | {Median(results[way], measure => measure.BytesPerRecord):N0} |");
        }

        table.AppendLine();
        table.AppendLine("Latency from before the append, at 1,000 records a second for 10 s:");
        table.AppendLine();
        table.AppendLine("| log | until | p50 ms | p99 ms | records |");
        table.AppendLine("|---|---|---:|---:|---:|");
        return table;
    }

    private static double Median(List<Measure> measures, Func<Measure, double> of) => measures.Select(of).Order().ElementAt(measures.Count / 2);
}
