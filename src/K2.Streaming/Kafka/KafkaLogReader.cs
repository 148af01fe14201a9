using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

/// <summary>
/// Reads one partition through a shared handle. Everything that this process knows to be durable when a read begins is returned by it, whatever
/// the wait, up to the bound on bytes: a read that returns nothing after <see cref="ILog.EndAsync"/> proves that the end was reached.
/// </summary>
internal sealed partial class KafkaLogReader : ILogReader
{
    private const int LongestKeyShown = 100;

    private readonly RunAssembler _runs = new();
    private List<FetchedMessage> _drained = [];
    private readonly List<RecordMessage> _joining = [];
    private readonly TopicState _topic;
    private readonly PartitionState _partition;
    private readonly PartitionBuffer _buffer;
    private readonly FetchPool _pool;
    private readonly FetchLoop _loop;
    private readonly KafkaAdmin _admin;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationToken _closed;
    private Task? _starting;
    private Exception? _failure;
    private long _next;
    private bool _started;
    private bool _disposed;

    public KafkaLogReader(
        TopicState topic, int partition, LogPosition from, FetchPool pool, KafkaAdmin admin, KafkaLogOptions options, TimeProvider time, ILogger logger, CancellationToken closed)
    {
        Position = from;
        _topic = topic;
        _partition = topic.Partitions[partition];
        _next = topic.Epochs.OffsetOf(partition, from);
        _buffer = new PartitionBuffer(_partition.Id, options.ReadAheadBytes);
        _pool = pool;
        _loop = pool.Take(_partition.Id);
        _admin = admin;
        _patience = options.RequestTimeout;
        _time = time;
        _logger = logger;
        _closed = closed;
    }

    public LogPosition Position { get; private set; }

    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KafkaLog));
        var mayWait = maxWait > TimeSpan.Zero;
        var known = _partition.KnownEnd;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed);
        var delay = Task.Delay(mayWait ? maxWait : _patience, _time, ended.Token);
        while (true)
        {
            var changed = _buffer.Changed;
            Drain();
            if (IsReady(maxBytes, known, mayWait) || delay.IsCompleted)
            {
                await ended.CancelAsync();
                return Take(maxBytes, known, mayWait);
            }

            await Task.WhenAny(_started ? changed : _starting ??= StartAsync(), delay);
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KafkaLog));
            if (_starting is { IsCompleted: true } started)
            {
                _starting = null;
                await started;
                _started = true;
                known = _partition.KnownEnd;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return ValueTask.CompletedTask;
        _disposed = true;
        _pool.Return(_loop, _buffer);
        return ValueTask.CompletedTask;
    }

    // The offset is checked before it is asked for: what retention has taken is stepped over, what the broker has lost is not.
    private async Task StartAsync()
    {
        var (low, end) = await _admin.RangeAsync(_partition.Id, _closed);
        _partition.ReachedEnd(end);
        if (_next > end) throw new K2Exception($"{Place} ends at {end} and was read to {_next}: Kafka has lost records; restart all processes of the platform, so that a new epoch begins", false);
        if (_next < low)
        {
            if (Position != LogPosition.None) LogTrimmed(_logger, _topic.Name, _partition.Id.Partition.Value, _next, low);
            _next = low;
        }

        _loop.Start(_buffer, _next);
    }

    private void Drain()
    {
        var (failure, outOfRange) = _buffer.Drain(ref _drained);
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_drained))
        {
            _runs.Add(message);
            _next = message.Offset + 1;
        }

        _drained.Clear();
        _failure ??= failure;
        if (!outOfRange) return;
        _runs.CloseOpen();
        _started = false;
    }

    private bool IsReady(int maxBytes, long known, bool mayWait)
    {
        var isAtKnownEnd = _started && _next >= known;
        if (_failure is not null || _buffer.IsFull || _runs.Size >= maxBytes) return _failure is not null || _runs.Size > 0;
        return isAtKnownEnd && (!mayWait || _runs.HasComplete);
    }

    private List<LogEntry> Take(int maxBytes, long known, bool mayWait)
    {
        // The rest of an entry may never come: its producer may be gone. What is promised goes out without it, and so does what had its time.
        if (!_runs.HasComplete && (mayWait || _runs.OpenFrom < known || _buffer.IsFull)) _runs.CloseOpen();
        if (!_runs.HasComplete)
        {
            if (_failure is { } failure)
            {
                _failure = null;
                ExceptionDispatchInfo.Throw(failure);
            }

            if (!mayWait && (!_started || _next < known)) throw new K2Exception($"{Place}: Kafka did not deliver the records from {_next} to {known} within {_patience}", true);
        }

        var entries = new List<LogEntry>();
        long bytes = 0, size = 0;
        try
        {
            while (_runs.HasComplete && bytes < maxBytes)
            {
                foreach (var entry in Join(_runs.Peek()))
                {
                    entries.Add(entry);
                    bytes += entry.Payload.Length;
                    Position = entry.Next;
                }

                size += _runs.Peek().Size;
                _runs.Remove();
            }
        }
        catch (K2Exception) when (entries.Count > 0)
        {
            // A mapper that has to wait for somebody: the next read meets it again, with nothing before it.
        }

        if (_buffer.Release(size)) _loop.Resume(_buffer);
        return entries;
    }

    /// <summary>Returns the entry of a run. Where a message of it cannot be read, each becomes an entry of its own, so that the others are.</summary>
    private IReadOnlyList<LogEntry> Join(MessageRun run)
    {
        if (WhyNotHere(run.Key) is { } reason) return [.. run.Messages.Select(message => Damaged(message, reason))];
        try
        {
            return [Join(run.Key, run.Messages)];
        }
        catch (CorruptRecordException) when (run.Messages.Count > 1)
        {
            return [.. run.Messages.Select(message => JoinOne(run.Key, message))];
        }
        catch (CorruptRecordException damage)
        {
            return [Damaged(run.Messages[0], damage.Message)];
        }
    }

    private LogEntry JoinOne(byte[] key, FetchedMessage message)
    {
        try
        {
            return Join(key, [message]);
        }
        catch (CorruptRecordException damage)
        {
            return Damaged(message, damage.Message);
        }
    }

    private LogEntry Join(byte[] key, List<FetchedMessage> messages)
    {
        var text = Encoding.UTF8.GetString(key);
        foreach (var message in messages) _joining.Add(new RecordMessage(message.Value, message.Headers));
        try
        {
            return new LogEntry(_topic.PositionOf(_partition.Id.Partition.Value, messages[0].Offset), text, messages.Count, _topic.Mapper.Join(text, _joining));
        }
        finally
        {
            _joining.Clear();
        }
    }

    // Programs that choose partitions in another way than the Java client put keys where they do not belong. In its consumer's eyes such a message would stand at
    // an offset of the key's own partition: it would be dropped, or all up to that offset would.
    private string? WhyNotHere(byte[] key)
    {
        if (key.Length == 0) return "the message has no key";
        var partition = StablePartitioner.PartitionOf(Encoding.UTF8.GetString(key), _topic.Partitions.Length);
        return partition == _partition.Id.Partition.Value ? null : $"the key belongs into partition {partition}";
    }

    // Under a key of the partition, not its own: what the message says of itself is not to be believed, and need not even be the key of a consumer of this topic.
    private LogEntry Damaged(FetchedMessage message, string reason)
    {
        var key = message.Key is { Length: > 0 } bytes ? $", key '{Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, LongestKeyShown)))}'" : "";
        return new LogEntry(
            _topic.PositionOf(_partition.Id.Partition.Value, message.Offset),
            DamagedRecord.KeyOf(_topic.Name, _partition.Id.Partition.Value),
            1,
            DamagedRecord.Wrap($"{Place} at offset {message.Offset}{key}: {reason}", OriginalOf(message)));
    }

    // Where there is no value, what was to be read stands in a header.
    private static byte[] OriginalOf(FetchedMessage message) =>
        message.Value?.ToArray() ?? message.Headers?.FirstOrDefault(header => header.Key != RunHeader.Name)?.GetValueBytes() ?? [];

    private string Place => $"{_topic.Name}/{_partition.Id.Partition.Value}";

    [LoggerMessage(EventId = 3306, Level = LogLevel.Error, Message = "{Topic}/{Partition}: Kafka has deleted the records from offset {From} to below {Until} before they were read")]
    private static partial void LogTrimmed(ILogger logger, string topic, int partition, long from, long until);
}
