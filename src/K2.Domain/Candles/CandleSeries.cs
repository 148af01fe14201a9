namespace K2.Domain.Candles;

/// <summary>The windows of one timeframe that are in memory, oldest first.</summary>
internal sealed class CandleSeries(Timeframe timeframe)
{
    private readonly List<CandleSlot> _slots = [];

    public Timeframe Timeframe { get; } = timeframe;

    public IReadOnlyList<CandleSlot> Slots => _slots;

    public CandleSlot? Find(Timestamp start) => IndexOf(start) is >= 0 and var index ? _slots[index] : null;

    /// <summary>Returns the slot of the window that holds the moment; makes it if there is none.</summary>
    public CandleSlot At(Timestamp time)
    {
        var start = Timeframe.WindowStart(time);
        var index = IndexOf(start);
        if (index >= 0) return _slots[index];

        var slot = new CandleSlot(Timeframe, start);
        _slots.Insert(~index, slot);
        return slot;
    }

    /// <summary>Adds a slot behind the others; false if it does not belong there.</summary>
    public bool TryAppend(CandleSlot slot)
    {
        if (_slots.Count > 0 && _slots[^1].Start >= slot.Start) return false;
        _slots.Add(slot);
        return true;
    }

    /// <summary>Takes a window out of memory.</summary>
    public void Remove(Timestamp start)
    {
        if (IndexOf(start) is >= 0 and var index) _slots.RemoveAt(index);
    }

    /// <summary>Lets windows leave that ended at or before the horizon, which the watermark has passed; of those whose completeness is unknown the newest stay.</summary>
    public void Evict(Timestamp horizon, int maxUnknown)
    {
        if (_slots.Count == 0 || _slots[0].End > horizon) return;
        var unknown = 0;
        for (var i = _slots.Count - 1; i >= 0; i--)
        {
            var slot = _slots[i];
            if (slot.End > horizon || (slot.Complete == Completeness.Unknown && ++unknown <= maxUnknown)) continue;
            _slots.RemoveAt(i);
        }
    }

    public CandleSeries Clone()
    {
        var copy = new CandleSeries(Timeframe);
        copy._slots.EnsureCapacity(_slots.Count + 1);
        foreach (var slot in _slots) copy._slots.Add(slot.Clone());
        return copy;
    }

    private int IndexOf(Timestamp start)
    {
        int low = 0, high = _slots.Count - 1;
        if (high >= 0 && _slots[high].Start < start) return ~(high + 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = _slots[middle].Start.CompareTo(start);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
