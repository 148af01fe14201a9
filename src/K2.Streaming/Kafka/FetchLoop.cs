using System.Collections.Concurrent;
using Confluent.Kafka;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace K2.Streaming.Kafka;

/// <summary>One consumer handle and the one thread that uses it, for any number of partitions, each for one reader. It belongs to no group.</summary>
internal sealed partial class FetchLoop : IAsyncDisposable
{
    // How long a command waits at most while nothing comes.
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan ConnectWait = TimeSpan.FromSeconds(1);

    // Readers are woken at least once in so many messages.
    private const int Burst = 500;

    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Dictionary<TopicPartition, PartitionBuffer> _buffers = [];
    private readonly HashSet<PartitionBuffer> _touched = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConsumer<byte[], ReadOnlyMemory<byte>?> _consumer;
    private readonly ILogger _logger;
    private PartitionBuffer? _last;
    private volatile bool _stopping;

    public FetchLoop(IConsumer<byte[], ReadOnlyMemory<byte>?> consumer, int number, ILogger logger)
    {
        _consumer = consumer;
        _logger = logger;
        new Thread(Run) { IsBackground = true, Name = $"k2-kafka-fetch-{number}" }.Start();
    }

    /// <summary>The partitions that have a reader here. Guarded by the pool.</summary>
    public HashSet<TopicPartition> Readers { get; } = [];

    /// <summary>Begins to fetch at an offset, also if the partition is being fetched from another one.</summary>
    public void Start(PartitionBuffer buffer, long offset) => _commands.Enqueue(() =>
    {
        // A reader that is closed while it looks for its offset asks for the start behind its stop.
        if (!buffer.IsClosed) Assign(buffer, offset);
    });

    /// <summary>Ends fetching for good.</summary>
    public void Stop(PartitionBuffer buffer) => _commands.Enqueue(() =>
    {
        buffer.IsClosed = true;
        if (_buffers.TryGetValue(buffer.Id, out var current) && ReferenceEquals(current, buffer)) Unassign(buffer);
    });

    /// <summary>Goes on behind a full buffer.</summary>
    public void Resume(PartitionBuffer buffer) => _commands.Enqueue(() =>
    {
        if (!buffer.IsClosed && buffer.IsFull) Assign(buffer, buffer.Expected);
    });

    /// <summary>Ends the thread and gives up the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _ended.Task;
    }

    private void Run()
    {
        try
        {
            Guard(Connect);
            while (!_stopping)
            {
                while (_commands.TryDequeue(out var command)) Guard(command);
                Guard(Poll);
                foreach (var buffer in _touched) buffer.Publish();
                _touched.Clear();
            }

            _consumer.Dispose();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    // A partition that is assigned while the client still connects waits for the client's next look at all leaders, a second later.
    private void Connect()
    {
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        admin.GetMetadata(ConnectWait);
    }

    private void Poll()
    {
        var result = _consumer.Consume(PollWait);
        for (var i = 0; result is not null; i++)
        {
            Take(result);
            if (i >= Burst) return;
            result = _consumer.Consume(TimeSpan.Zero);
        }
    }

    private void Take(ConsumeResult<byte[], ReadOnlyMemory<byte>?> result)
    {
        if (Find(result) is not { } buffer || result.Offset.Value < buffer.Expected) return;
        if (result.Offset.Value > buffer.Expected)
        {
            // A log has no holes unless somebody compacts the topic or writes transactions to it: ask once more before a record is given up.
            if (buffer.AskedAgain != buffer.Expected)
            {
                Assign(buffer, buffer.Expected);
                buffer.AskedAgain = buffer.Expected;
                return;
            }

            LogHole(_logger, buffer.Id.Topic, buffer.Id.Partition.Value, buffer.Expected, result.Offset.Value);
        }

        buffer.Expected = result.Offset.Value + 1;
        _touched.Add(buffer);
        var message = result.Message;
        if (!buffer.Add(new FetchedMessage(result.Offset.Value, message.Key, message.Value, message.Headers is { Count: > 0 } headers ? headers : null))) return;

        // Given up rather than paused: a pause ends only with the client's next look at the partition, and keeps its place in the client's queue.
        buffer.Publish(isFull: true);
        Unassign(buffer);
    }

    // Messages come in runs of one partition, and a hash of the topic's name for each would be a good part of the work.
    private PartitionBuffer? Find(ConsumeResult<byte[], ReadOnlyMemory<byte>?> result)
    {
        if (_last is { } last && last.Id.Partition == result.Partition && last.Id.Topic == result.Topic) return last;
        return _buffers.TryGetValue(result.TopicPartition, out var buffer) ? _last = buffer : null;
    }

    private void Assign(PartitionBuffer buffer, long offset)
    {
        try
        {
            if (_buffers.ContainsKey(buffer.Id)) Unassign(buffer);
            buffer.Expected = offset;
            buffer.AskedAgain = -1;
            buffer.Resumed();
            _consumer.IncrementalAssign([new TopicPartitionOffset(buffer.Id, offset)]);
            _buffers[buffer.Id] = buffer;
        }
        catch (KafkaException failure)
        {
            buffer.Fail(KafkaErrors.Exception($"{buffer.Id.Topic}/{buffer.Id.Partition.Value} cannot be read", failure.Error, failure));
            buffer.OutOfRange(); // The reader starts anew.
        }
    }

    private void Unassign(PartitionBuffer buffer)
    {
        _buffers.Remove(buffer.Id);
        _last = null;
        buffer.Publish();
        _touched.Remove(buffer);
        _consumer.IncrementalUnassign([buffer.Id]);
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (ConsumeException failure) when (failure.ConsumerRecord is { } record && _buffers.TryGetValue(record.TopicPartition, out var buffer))
        {
            Fail(buffer, failure);
        }
        catch (KafkaException failure)
        {
            LogFetchFailed(_logger, failure.Error.Code, failure.Error.Reason);
            if (!KafkaErrors.IsTransient(failure.Error)) foreach (var buffer in _buffers.Values) buffer.Fail(KafkaErrors.Exception("Kafka cannot be read", failure.Error, failure));
        }
    }

    private void Fail(PartitionBuffer buffer, ConsumeException failure)
    {
        var place = $"{buffer.Id.Topic}/{buffer.Id.Partition.Value}";
        switch (failure.Error.Code)
        {
            case ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset:
                buffer.OutOfRange();
                break;
            case ErrorCode.InvalidMsg or ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.Local_NotImplemented:
                buffer.Fail(new CorruptRecordException($"{place} at offset {buffer.Expected}: {failure.Error.Reason}"));
                break;
            default:
                LogFetchFailed(_logger, failure.Error.Code, $"{place}: {failure.Error.Reason}");
                if (!KafkaErrors.IsTransient(failure.Error)) buffer.Fail(KafkaErrors.Exception($"{place} cannot be read", failure.Error, failure));
                break;
        }
    }

    [LoggerMessage(EventId = 3304, Level = LogLevel.Warning, Message = "Fetching from Kafka: {Code}: {Reason}")]
    private static partial void LogFetchFailed(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(EventId = 3305, Level = LogLevel.Error, Message = "{Topic}/{Partition}: Kafka has no records at the offsets {From} to below {Until}")]
    private static partial void LogHole(ILogger logger, string topic, int partition, long from, long until);
}
