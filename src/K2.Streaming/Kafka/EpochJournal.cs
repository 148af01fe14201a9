using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using K2.Abstractions;

namespace K2.Streaming.Kafka;

/// <summary>Reads and writes the control topic. All processes see its records in one order, so they agree on the first one for an epoch.</summary>
internal sealed class EpochJournal(KafkaClients clients, KafkaAdmin admin, KafkaLogOptions options)
{
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);

    /// <summary>The only partition of the control topic.</summary>
    public TopicPartition Partition { get; } = new(options.EpochTopic, 0);

    /// <summary>Returns a record of the control topic, or null if it is not one.</summary>
    public static EpochRecord? Parse(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } json) return null;
        try
        {
            return JsonSerializer.Deserialize(json.Span, KafkaJson.Default.EpochRecord) is { IsValid: true } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads the records from the first to the present end.</summary>
    /// <returns>The epochs of each topic, and the offset behind the last record read.</returns>
    /// <exception cref="StartupException">The control topic cannot be read, or holds something else.</exception>
    public async Task<(Dictionary<string, TopicEpochs> Epochs, long Next)> ReadAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        // An offset by its number: the client takes half a second to find the first one by itself.
        var from = (await admin.RangeAsync(Partition, cancellationToken)).Low;
        return await Task.Run(() => Read(from, time, cancellationToken), cancellationToken);
    }

    /// <summary>Writes records; the caller reads again to see which ones count.</summary>
    /// <exception cref="StartupException">They cannot be written.</exception>
    public async Task WriteAsync(IProducer<byte[], byte[]> producer, IEnumerable<EpochRecord> records, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var record in records)
            {
                var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(record.Topic), Value = JsonSerializer.SerializeToUtf8Bytes(record, KafkaJson.Default.EpochRecord) };
                await producer.ProduceAsync(Partition, message, cancellationToken).WaitAsync(cancellationToken);
            }
        }
        catch (KafkaException refused)
        {
            throw new StartupException($"the control topic {options.EpochTopic} cannot be written: {refused.Error.Reason} ({refused.Error.Code})", refused);
        }
    }

    private (Dictionary<string, TopicEpochs> Epochs, long Next) Read(long from, TimeProvider time, CancellationToken cancellationToken)
    {
        var epochs = new Dictionary<string, TopicEpochs>(StringComparer.Ordinal);
        var started = time.GetTimestamp();
        using var consumer = clients.Consumer(reportEnd: true);
        consumer.Assign(new TopicPartitionOffset(Partition, from));
        try
        {
            while (time.GetElapsedTime(started) < options.RequestTimeout)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = consumer.Consume(PollWait);
                if (result is null) continue;
                if (result.IsPartitionEOF) return (epochs, result.Offset.Value);

                var record = Parse(result.Message.Value) ?? throw new StartupException($"the control topic {options.EpochTopic} holds a message at offset {result.Offset.Value} that is not a record of epochs");
                epochs[record.Topic] = epochs.GetValueOrDefault(record.Topic, TopicEpochs.Empty).With(record);
            }
        }
        catch (KafkaException refused)
        {
            throw new StartupException($"the control topic {options.EpochTopic} cannot be read: {refused.Error.Reason} ({refused.Error.Code})", refused);
        }

        throw new StartupException($"the control topic {options.EpochTopic} was not read to its end within {options.RequestTimeout}");
    }
}
