namespace K2.Streaming.Provider;

/// <summary>The containers of one stream in order. Each has an index that never changes, so that cursors survive a purge.</summary>
internal sealed class CachedStream
{
    private readonly List<CachedBatch> _items = [];
    private int _removed;

    /// <summary>Index of the oldest container.</summary>
    public long First { get; private set; }

    /// <summary>Index that the next container will get.</summary>
    public long End => First + _items.Count - _removed;

    /// <summary>Index of the oldest container whose effect is not durable: no cursor may start behind it.</summary>
    public long FirstUndelivered { get; private set; }

    /// <summary>Version of the last record that was purged, or 0.</summary>
    public long PurgedThrough { get; private set; }

    public CachedBatch this[long index] => _items[(int)(index - First) + _removed];

    public void Add(CachedBatch batch) => _items.Add(batch);

    public void AdvanceDelivered()
    {
        while (FirstUndelivered < End && this[FirstUndelivered].IsDelivered) FirstUndelivered++;
    }

    public void RemoveFirst()
    {
        PurgedThrough = _items[_removed].Container.Batch.Last.Version;
        _items[_removed] = null!;
        _removed++;
        First++;
        if (_removed < 32 || _removed * 2 < _items.Count) return;
        _items.RemoveRange(0, _removed);
        _removed = 0;
    }

    /// <summary>Returns the index of the first container whose last record is at or above a version.</summary>
    public long Find(long version)
    {
        long low = First, high = End;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (this[middle].Container.Batch.Last.Version >= version) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
