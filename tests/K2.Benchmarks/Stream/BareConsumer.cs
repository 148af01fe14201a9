using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;

namespace K2.Benchmarks.Stream;

/// <summary>What the stream is compared with: one consumer with the client's defaults, one thread, which decodes the Avro of every record.</summary>
internal static class BareConsumer
{
    /// <param name="bootstrap">The brokers.</param>
    /// <param name="records">How many records there are.</param>
    /// <param name="ids">Numbers of the schemas.</param>
    /// <param name="isTuned">Whether a full queue holds the next fetch back as briefly as in the log's own consumer, instead of the client's default of a second.</param>
    public static Task<Measure> RunAsync(string bootstrap, long records, AvroSchemaIds ids, bool isTuned) => Task.Run(() => Run(bootstrap, records, ids, isTuned));

    private static Measure Run(string bootstrap, long records, AvroSchemaIds ids, bool isTuned)
    {
        var codecs = TradeData.Instruments.Select(instrument => (Key: Encoding.UTF8.GetBytes(instrument.Id.ToString()), Avro: new TradeAvro(instrument, ids))).ToArray();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "bare", EnableAutoCommit = false, FetchQueueBackoffMs = isTuned ? KafkaClients.FetchQueueBackoffMilliseconds : null }).Build();

        // As the log's own handle, which is connected before the clock runs.
        consumer.QueryWatermarkOffsets(new TopicPartition(TradeData.Topic, 0), TimeSpan.FromSeconds(10));
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        consumer.Assign(Enumerable.Range(0, TradeData.Partitions).Select(partition => new TopicPartitionOffset(TradeData.Topic, partition, 0)));
        var trades = 0L;
        var controls = 0L;
        var codec = codecs[0];
        while (trades + controls < records)
        {
            var message = (consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new InvalidOperationException($"the mock gave {trades + controls} of {records} records")).Message;
            if (!message.Key.AsSpan().SequenceEqual(codec.Key)) codec = codecs.First(candidate => message.Key.AsSpan().SequenceEqual(candidate.Key));
            if (message.Value is { } value)
            {
                if (codec.Avro.TryDecode(value) is null) throw new InvalidOperationException("another schema");
                trades++;
            }
            else
            {
                if (codec.Avro.TryDecodeControl(message.Headers.GetLastBytes("k2.control")) is null) throw new InvalidOperationException("another schema");
                controls++;
            }
        }

        return new Measure(records / clock.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)records);
    }
}
