using System.Runtime.InteropServices;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;

namespace K2.Streaming.Embedded;

/// <summary>
/// The one thread that writes: takes all appends that wait, lays them out, writes and syncs once, and then makes them readable. While it syncs
/// the next group gathers. It also deletes segments that are no longer needed.
/// </summary>
internal sealed class GroupWriter : IDisposable
{
    private const int MaxClosedSegments = 256;

    private readonly object _gate = new();
    private readonly Queue<PendingAppend> _queue = new();
    private readonly List<PendingAppend> _group = [];
    private readonly List<(PartitionLog Partition, LogEntry Entry, int Length)> _entries = [];
    private readonly List<Segment> _closed;
    private readonly HashSet<PartitionLog> _touched = [];
    private readonly EmbeddedLogOptions _options;
    private readonly IReadOnlyList<TopicState> _topics;
    private readonly CommittedPositions _committed;
    private readonly SegmentWriter _segments;
    private readonly WriteBuffer _buffer;
    private readonly TailBudget _tail;
    private readonly TimeProvider _time;
    private readonly IProtocolProbe _probe;
    private readonly Thread _thread;
    private bool _stopping;
    private TaskCompletionSource? _tidy;

    public GroupWriter(
        EmbeddedLogOptions options, IReadOnlyList<TopicState> topics, List<Segment> closed, CommittedPositions committed, SegmentWriter segments, TimeProvider time, IProtocolProbe probe)
    {
        _options = options;
        _topics = topics;
        _closed = closed;
        _committed = committed;
        _segments = segments;
        _time = time;
        _probe = probe;
        _buffer = new WriteBuffer(options.MaxPendingBytes + (1 << 20));
        _tail = new TailBudget(options.TailBytes);
        _thread = new Thread(Run) { IsBackground = true, Name = "K2 log writer" };
    }

    /// <summary>How often the log was synced.</summary>
    public long Syncs { get; private set; }

    public void Start() => _thread.Start();

    public void Add(PendingAppend append)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(EmbeddedLog));
            _queue.Enqueue(append);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Asks the thread to look for segments to delete; completes when it has.</summary>
    public Task TidyAsync()
    {
        lock (_gate)
        {
            _tidy ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.Pulse(_gate);
            return _tidy.Task;
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _segments.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            TaskCompletionSource? tidy;
            lock (_gate)
            {
                while (_queue.Count == 0 && _tidy is null && !_stopping) Monitor.Wait(_gate);
                if (_queue.Count == 0 && _stopping) return;
                TakeGroup();
                tidy = _tidy;
                _tidy = null;
            }

            if (_group.Count > 0) WriteGroup();
            if (tidy is null) continue;
            TryDeleteCommitted();
            tidy.SetResult();
        }
    }

    private void TakeGroup()
    {
        _group.Clear();
        var bytes = 0L;
        while (_queue.TryPeek(out var next) && (_group.Count == 0 || bytes + next.Bytes <= _options.MaxPendingBytes))
        {
            _queue.Dequeue();
            if (!next.TryTake()) continue;
            _group.Add(next);
            bytes += next.Bytes;
        }
    }

    private void WriteGroup()
    {
        Exception? failure = null;
        try
        {
            _probe.Enter(ProtocolStep.Append);
            if (_segments.Current!.Length >= _options.SegmentBytes) Roll();
            LayOut();
            _segments.Append(_buffer.Written, Publish);
            Syncs++;
            _probe.Enter(ProtocolStep.Appended);
        }
        catch (K2Exception exception)
        {
            failure = exception;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failure = new K2Exception($"the log cannot begin a segment ({exception.Message}); free space or mend the disk below {_options.Folder}", true, exception);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        foreach (var partition in _touched)
        {
            if (failure is null) partition.Signal();
            else partition.WriterNext = partition.End;
        }

        _touched.Clear();
        _entries.Clear();
        _buffer.Clear();
        foreach (var append in _group)
        {
            if (failure is null) append.Succeed();
            else append.Fail(failure);
        }

        _group.Clear();
    }

    private void LayOut()
    {
        foreach (var append in _group)
        {
            for (var i = 0; i < append.Batches.Count; i++)
            {
                var batch = append.Batches[i];
                var partition = append.Partitions[i];
                var first = partition.WriterNext;
                append.Positions[i] = first;
                partition.WriterNext = first.Plus(batch.RecordCount);
                _touched.Add(partition);
                var length = _buffer.Add(partition, batch.Key, batch.RecordCount, first.Version, batch.Payload.Span);

                // A copy: the caller may use its bytes again once the append has completed.
                _entries.Add((partition, new LogEntry(first, batch.Key, batch.RecordCount, batch.Payload.ToArray()), length));
            }
        }
    }

    private void Publish()
    {
        var segment = _segments.Current!;
        var at = segment.Length - _buffer.Length;
        foreach (var (partition, entry, length) in CollectionsMarshal.AsSpan(_entries))
        {
            partition.Add(segment, entry, at, at + length, _tail.TryReserve(partition, entry.Payload.Length));
            at += length;
        }
    }

    private void Roll()
    {
        var full = _segments.Current!;
        _segments.Begin(HeaderOf(full.Number + 1, _topics, _time), []);
        _closed.Add(full);
        _ = TidyAsync();
    }

    internal static SegmentHeader HeaderOf(long number, IReadOnlyList<TopicState> topics, TimeProvider time) => new(
        number,
        SegmentWriter.Microseconds(time),
        topics.Select(topic => new SegmentTopic(topic.Id, topic.Name, topic.Epoch, [.. topic.Partitions.Select(partition => partition.End.Version)])).ToList());

    private void TryDeleteCommitted()
    {
        try
        {
            DeleteCommitted();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A segment that cannot be deleted now is tried again with the next commit; keeping it is always safe.
        }
    }

    private void DeleteCommitted()
    {
        _committed.Flush();
        var now = SegmentWriter.Microseconds(_time);
        var bytes = _closed.Sum(segment => segment.Length);
        while (_closed.Count > 0)
        {
            var oldest = _closed[0];
            var expired = bytes > _options.RetainBytes || _closed.Count > MaxClosedSegments
                || (_options.RetainAge is { } age && now - oldest.ClosedMicroseconds > age.Ticks / TimeSpan.TicksPerMicrosecond);
            if (!expired || !IsCommitted(oldest)) return;

            foreach (var partition in _topics.SelectMany(topic => topic.Partitions)) partition.Remove(oldest);
            oldest.Delete();
            _closed.RemoveAt(0);
            bytes -= oldest.Length;
        }
    }

    private bool IsCommitted(Segment segment) =>
        _topics.All(topic => topic.Partitions.All(partition => partition.NextVersionIn(segment) <= _committed[topic.Name, partition.Partition]));
}
