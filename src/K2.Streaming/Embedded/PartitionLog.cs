using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Embedded;

/// <summary>What is known of one partition: where its entries lie, the newest of them, its end, and who waits for more. Thread-safe.</summary>
internal sealed class PartitionLog(int topicId, string topic, int partition)
{
    private readonly Lock _gate = new();
    private readonly List<PartitionExtents> _segments = [];
    private readonly EntryDeque _tail = new();
    private TaskCompletionSource _changed = NewSignal();
    private LogPosition _end;

    public int TopicId => topicId;

    public string Topic => topic;

    public int Partition => partition;

    /// <summary>The position that the next record will get, as the writer sees it; only the writer uses it.</summary>
    public LogPosition WriterNext { get; set; }

    public LogPosition End
    {
        get
        {
            lock (_gate) return _end;
        }
    }

    public LogPosition Earliest
    {
        get
        {
            lock (_gate) return _segments.Count > 0 ? new LogPosition(_segments[0].Extents[0].FirstVersion) : _end;
        }
    }

    /// <summary>Completes when an entry is added after this property was read.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    public void SetEnd(LogPosition end)
    {
        lock (_gate) _end = end;
        WriterNext = end;
    }

    /// <summary>Adds a durable entry that recovery found.</summary>
    public void AddRecovered(Segment segment, in FrameHeader frame, long start)
    {
        lock (_gate)
        {
            Index(segment, frame.FirstVersion, frame.RecordCount, start, start + frame.FrameLength);
        }

        SetEnd(new LogPosition(frame.FirstVersion + frame.RecordCount));
    }

    /// <summary>Adds a durable entry; <paramref name="kept"/> tells whether it also becomes part of the tail in memory.</summary>
    public void Add(Segment segment, LogEntry entry, long start, long end, bool kept)
    {
        lock (_gate)
        {
            Index(segment, entry.First.Version, entry.RecordCount, start, end);
            _end = entry.Next;
            if (kept) _tail.Add(entry);
        }
    }

    /// <summary>Wakes the readers that wait.</summary>
    public void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
    }

    public void DropOldestInMemory()
    {
        lock (_gate) _tail.RemoveFirst();
    }

    /// <summary>Forgets everything below the current end: the entries were appended anew elsewhere.</summary>
    public void Forget()
    {
        lock (_gate) _segments.Clear();
    }

    /// <summary>Takes a deleted segment out.</summary>
    public void Remove(Segment segment)
    {
        lock (_gate)
        {
            if (_segments.Count > 0 && ReferenceEquals(_segments[0].Segment, segment)) _segments.RemoveAt(0);
        }
    }

    /// <summary>Returns the version after the partition's last entry in a segment, or 0 if it has none there.</summary>
    public long NextVersionIn(Segment segment)
    {
        lock (_gate)
        {
            foreach (var extents in _segments)
            {
                if (ReferenceEquals(extents.Segment, segment)) return extents.NextVersion;
            }

            return 0;
        }
    }

    /// <summary>Reads entries from memory. Returns false if the first of them is only on disk.</summary>
    public bool TryReadTail(LogPosition from, int maxBytes, List<LogEntry> target)
    {
        lock (_gate)
        {
            if (from >= _end) return true;
            if (_tail.Count == 0 || _tail[0].First > from) return false;

            int low = 0, high = _tail.Count - 1;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_tail[middle].Next > from) high = middle;
                else low = middle + 1;
            }

            var bytes = 0L;
            for (var i = low; i < _tail.Count && bytes < maxBytes; i++)
            {
                target.Add(_tail[i]);
                bytes += _tail[i].Payload.Length;
            }

            return true;
        }
    }

    /// <summary>Finds the extent that holds the first entry that ends above a position.</summary>
    public bool TryLocate(LogPosition from, out Segment? segment, out int index, out Extent extent)
    {
        lock (_gate)
        {
            foreach (var candidate in _segments)
            {
                if (candidate.NextVersion <= from.Version) continue;
                var extents = candidate.Extents;
                int low = 0, high = extents.Count - 1;
                while (low < high)
                {
                    var middle = (low + high + 1) / 2;
                    if (extents[middle].FirstVersion <= from.Version) low = middle;
                    else high = middle - 1;
                }

                segment = candidate.Segment;
                index = low;
                extent = extents[low];
                return true;
            }
        }

        segment = null;
        index = 0;
        extent = default;
        return false;
    }

    /// <summary>Returns an extent as it is now: the last one of the segment being written grows.</summary>
    public bool TryGetExtent(Segment segment, int index, out Extent extent)
    {
        lock (_gate)
        {
            foreach (var candidate in _segments)
            {
                if (!ReferenceEquals(candidate.Segment, segment) || index >= candidate.Extents.Count) continue;
                extent = candidate.Extents[index];
                return true;
            }
        }

        extent = default;
        return false;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Index(Segment segment, long version, int recordCount, long start, long end)
    {
        if (_segments.Count == 0 || !ReferenceEquals(_segments[^1].Segment, segment)) _segments.Add(new PartitionExtents(segment));
        _segments[^1].Add(version, recordCount, start, end);
    }
}
