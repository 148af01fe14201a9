using System.Text;
using Confluent.Kafka;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>
/// Sends appends in the order of their calls, as many as the bounds allow; further ones wait. One failed message fails every append that is not
/// yet acknowledged, and the producer with all it still holds is thrown away: were a later append of the same key written and only the
/// earlier one repeated, their order would be lost. Thread-safe.
/// </summary>
internal sealed class KafkaAppender : IAsyncDisposable
{
    // What a message costs beside its key and value, in the client and on the wire.
    private const int MessageOverhead = 100;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly HashSet<PendingAppend> _sent = [];
    private readonly Func<IProducer<byte[], byte[]>> _newProducer;
    private readonly KafkaLogOptions _options;
    private readonly TimeProvider _time;
    private readonly IProtocolProbe _probe;
    private IProducer<byte[], byte[]>? _producer;
    private Task _replacing = Task.CompletedTask;
    private TaskCompletionSource? _idle;
    private long _bytes;
    private int _messages;
    private bool _closed;

    public KafkaAppender(IProducer<byte[], byte[]> producer, Func<IProducer<byte[], byte[]>> newProducer, KafkaLogOptions options, TimeProvider time, IProtocolProbe probe)
    {
        _newProducer = newProducer;
        _options = options;
        _time = time;
        _probe = probe;
        _producer = producer;
    }

    /// <summary>Bytes that are sent and not acknowledged.</summary>
    public long PendingBytes => Interlocked.Read(ref _bytes);

    /// <summary>Messages that are sent and not acknowledged.</summary>
    public int PendingMessages => Volatile.Read(ref _messages);

    /// <summary>Takes an append; the first part of the call runs before it returns, so calls of one thread keep their order.</summary>
    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, Func<string, TopicState> topicOf, CancellationToken cancellationToken)
    {
        var append = new PendingAppend(this);
        var split = new List<RecordMessage>();
        foreach (var batch in batches) append.Add(Split(append, batch, topicOf(batch.Topic), split, out var bytes), bytes);

        _probe.Enter(ProtocolStep.Append);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(KafkaLog));
            if (_producer is null && _replacing.IsCompleted) _replacing = Task.Run(() => Replace(null), CancellationToken.None);
            _waiting.Enqueue(append);
            Pump();
        }

        return cancellationToken.CanBeCanceled ? AwaitAsync(append, cancellationToken) : append.Task;
    }

    /// <summary>Takes note that all messages of an append are acknowledged.</summary>
    public void Completed(PendingAppend append)
    {
        TaskCompletionSource? idle;
        lock (_gate)
        {
            if (!_sent.Remove(append)) return;
            _messages -= append.Messages;
            _bytes -= append.Bytes;
            Pump();
            idle = _sent.Count + _waiting.Count == 0 ? _idle : null;
        }

        _probe.Enter(ProtocolStep.Appended);
        var lost = append.Batches.FirstOrDefault(batch => batch.Topic.Partitions[batch.Partition].IsLost);
        if (append.Batches.Any(batch => !batch.IsPlaced)) append.Fail(new K2Exception("Kafka has stored the records and does not say where; append them again", true));
        else if (lost is not null) append.Fail(LostRecords(lost.Topic.Name, lost.Partition));
        else append.Succeed();
        idle?.TrySetResult();
    }

    /// <summary>Takes note that a message of an append is not written.</summary>
    public void Failed(PendingAppend append, Error error)
    {
        var topics = string.Join(", ", append.Batches.Select(batch => $"{batch.Topic.Name}/{batch.Partition}").Distinct());
        var failure = KafkaErrors.Exception($"Kafka did not take {append.Messages} messages for {topics}", error);
        Abandon(append.Producer, failure);
    }

    /// <summary>Takes no further appends and waits for those under way, for at most the close timeout.</summary>
    public async Task CloseAsync()
    {
        Task idle;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_sent.Count + _waiting.Count == 0) _idle.SetResult();
            idle = _idle.Task;
        }

        await Task.WhenAny(idle, Task.Delay(_options.CloseTimeout, _time));
    }

    /// <summary>Gives up the producer; what is still under way fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _replacing;
        IProducer<byte[], byte[]>? producer;
        lock (_gate) producer = _producer;
        Abandon(producer, new K2Exception("the log was closed before Kafka acknowledged the append", true));
        await _replacing;
    }

    private static async Task<IReadOnlyList<LogPosition>> AwaitAsync(PendingAppend append, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingAppend)state!).TryCancel(token), append);
        return await append.Task;
    }

    private static K2Exception LostRecords(string topic, int partition) => new(
        $"{topic}/{partition}: Kafka gave out offsets for the second time, so records that it had acknowledged are lost; restart all processes of the platform, so that a new epoch begins", false);

    private PendingBatch Split(PendingAppend append, in LogAppend batch, TopicState topic, List<RecordMessage> split, out long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch.RecordCount, 1);
        split.Clear();
        topic.Mapper.Split(batch, split);
        if (split.Count != batch.RecordCount) throw new ArgumentException($"{batch.RecordCount} records for {batch.Topic} became {split.Count} messages", nameof(batch));

        var key = Encoding.UTF8.GetBytes(batch.Key);
        var messages = new Message<byte[], byte[]>[split.Count];
        bytes = 0;
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = RunHeader.Message(key, split[i], i == 0 ? split.Count : 1);
            var size = key.Length + (messages[i].Value?.Length ?? 0) + (messages[i].Headers?.Sum(header => header.Key.Length + header.GetValueBytes().Length) ?? 0) + MessageOverhead;
            if (size > _options.MaxMessageBytes) throw new ArgumentException($"a message for {batch.Topic} has {size} bytes; MaxMessageBytes is {_options.MaxMessageBytes}", nameof(batch));
            bytes += size;
        }

        return new PendingBatch(append, topic, StablePartitioner.PartitionOf(batch.Key, topic.Partitions.Length), messages);
    }

    // Under the gate. An append larger than the bounds goes alone.
    private void Pump()
    {
        while (_producer is not null && _waiting.TryPeek(out var append))
        {
            var fits = _bytes + append.Bytes <= _options.MaxPendingBytes && _messages + append.Messages <= _options.MaxPendingMessages;
            if (!fits && _sent.Count > 0 && !append.Task.IsCompleted) return;
            _waiting.Dequeue();
            if (append.Task.IsCompleted) continue; // Cancelled while it waited: nothing of it was sent.
            if (!Send(_producer, append)) return;
        }
    }

    private bool Send(IProducer<byte[], byte[]> producer, PendingAppend append)
    {
        append.Producer = producer;
        _sent.Add(append);
        _bytes += append.Bytes;
        _messages += append.Messages;
        try
        {
            foreach (var batch in append.Batches)
            {
                var partition = batch.Topic.Partitions[batch.Partition].Id;
                foreach (var message in batch.Messages) producer.Produce(partition, message, batch.OnDelivered);
            }

            return true;
        }
        catch (KafkaException refused)
        {
            Failed(append, refused.Error);
            return false;
        }
    }

    private void Abandon(IProducer<byte[], byte[]>? producer, Exception failure)
    {
        List<PendingAppend> failed;
        lock (_gate)
        {
            if (producer is null || !ReferenceEquals(producer, _producer)) return;
            failed = [.. _sent, .. _waiting];
            _sent.Clear();
            _waiting.Clear();
            _bytes = 0;
            _messages = 0;
            _producer = null;
            _replacing = Task.Run(() => Replace(producer)); // Not on this thread: it may be the producer's own.
        }

        foreach (var append in failed) append.Fail(failure);
        _idle?.TrySetResult();
    }

    private void Replace(IProducer<byte[], byte[]>? old)
    {
        old?.Dispose();
        List<PendingAppend> failed;
        StartupException failure;
        lock (_gate)
        {
            if (_closed) return;
            try
            {
                _producer = _newProducer();
                Pump();
                return;
            }
            catch (StartupException refused)
            {
                // The next append tries again.
                failure = refused;
                failed = [.. _waiting];
                _waiting.Clear();
            }
        }

        foreach (var append in failed) append.Fail(new K2Exception(failure.Message, true, failure));
    }
}
