namespace K2.Domain.Candles;

/// <summary>The windows of one timeframe that are in memory, oldest first. The newest one is at hand without a search.</summary>
internal sealed class CandleSeries(Timeframe timeframe)
{
    private readonly SortedList<long, CandleSlot> _slots = [];
    private CandleSlot? _latest;

    public Timeframe Timeframe { get; } = timeframe;

    /// <summary>Windows that start before this moment may have been in memory once and left it.</summary>
    public Timestamp EvictedBefore { get; set; } = new(long.MinValue);

    public IList<CandleSlot> Slots => _slots.Values;

    public CandleSlot? Find(Timestamp start) => _slots.TryGetValue(start.Microseconds, out var slot) ? slot : null;

    public CandleSlot At(Timestamp time)
    {
        if (_latest is { } latest && time >= latest.Start && time < latest.End) return latest;
        var start = Timeframe.WindowStart(time);
        if (!_slots.TryGetValue(start.Microseconds, out var slot)) Add(slot = new CandleSlot(Timeframe, start));
        return slot;
    }

    public void Add(CandleSlot slot)
    {
        _slots[slot.Start.Microseconds] = slot;
        if (_latest is null || slot.Start >= _latest.Start) _latest = slot;
    }

    public void RemoveAt(int index)
    {
        var slot = _slots.Values[index];
        _slots.RemoveAt(index);
        if (slot.End > EvictedBefore) EvictedBefore = slot.End;
        if (ReferenceEquals(_latest, slot)) _latest = _slots.Count > 0 ? _slots.Values[^1] : null;
    }

    public CandleSeries Clone()
    {
        var copy = new CandleSeries(Timeframe) { EvictedBefore = EvictedBefore };
        foreach (var slot in _slots.Values) copy.Add(slot.Clone());
        return copy;
    }
}
