namespace K2.Domain.Trades;

/// <summary>
/// The trade ids seen so far as ordered runs without holes. Adding behind the last run costs the same at any size; elsewhere a binary search.
/// When there are more runs than the limit the oldest ones are forgotten: ids below <see cref="Floor"/> have to be looked up elsewhere.
/// </summary>
public sealed class TradeIdIntervals
{
    private readonly List<TradeIdInterval> _runs;
    private readonly int _limit;

    /// <summary>Makes an empty set.</summary>
    /// <param name="limit">The most runs that are kept, at least 2.</param>
    public TradeIdIntervals(int limit) : this(limit, [], long.MinValue)
    {
    }

    internal TradeIdIntervals(int limit, List<TradeIdInterval> runs, long floor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        _limit = limit;
        _runs = runs;
        Floor = floor;
    }

    /// <summary>Ids below this one may have been seen and forgotten; <see cref="long.MinValue"/> while nothing was forgotten.</summary>
    public long Floor { get; private set; }

    /// <summary>Number of runs; one less than that is the number of holes.</summary>
    public int Count => _runs.Count;

    /// <summary>The runs, lowest first.</summary>
    public IReadOnlyList<TradeIdInterval> Runs => _runs;

    /// <summary>The highest id seen.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added yet.</exception>
    public long HighestId => _runs.Count > 0 ? _runs[^1].Last : throw new InvalidOperationException("no id was seen yet");

    /// <summary>Whether the id lies in a kept run.</summary>
    public bool Contains(long id)
    {
        var index = IndexAtOrBelow(id);
        return index >= 0 && id <= _runs[index].Last;
    }

    /// <summary>Adds an id with its trade's exchange time; false if it was there.</summary>
    public bool Add(long id, Timestamp time)
    {
        if (_runs.Count > 0 && id == _runs[^1].Last + 1)
        {
            _runs[^1] = Extend(_runs[^1], _runs[^1].First, id, time);
            return true;
        }

        var index = IndexAtOrBelow(id);
        if (index >= 0 && id <= _runs[index].Last) return false;

        var joinsLower = index >= 0 && _runs[index].Last + 1 == id;
        var joinsUpper = index + 1 < _runs.Count && id + 1 == _runs[index + 1].First;
        if (joinsLower && joinsUpper)
        {
            var upper = _runs[index + 1];
            var lower = Extend(_runs[index], _runs[index].First, id, time);
            _runs[index] = new TradeIdInterval(lower.First, upper.Last, Min(lower.From, upper.From), Max(lower.Until, upper.Until));
            _runs.RemoveAt(index + 1);
        }
        else if (joinsLower)
        {
            _runs[index] = Extend(_runs[index], _runs[index].First, id, time);
        }
        else if (joinsUpper)
        {
            _runs[index + 1] = Extend(_runs[index + 1], id, _runs[index + 1].Last, time);
        }
        else
        {
            _runs.Insert(index + 1, new TradeIdInterval(id, id, time, time));
            Forget();
        }

        return true;
    }

    /// <summary>Extends the time of the run that ends with the id: a heartbeat says that no trade followed until then. False if no run ends there.</summary>
    public bool ProveUntil(long lastId, Timestamp time)
    {
        var index = IndexAtOrBelow(lastId);
        if (index < 0 || _runs[index].Last != lastId || time <= _runs[index].Until) return false;
        _runs[index] = _runs[index] with { Until = time };
        return true;
    }

    /// <summary>Finds the hole that the id lies in: the runs on both sides. False if the id is seen, below the first or above the last run.</summary>
    public bool TryFindHole(long id, out TradeIdInterval before, out TradeIdInterval after)
    {
        var index = IndexAtOrBelow(id);
        var found = index >= 0 && index + 1 < _runs.Count && id > _runs[index].Last;
        before = found ? _runs[index] : default;
        after = found ? _runs[index + 1] : default;
        return found;
    }

    /// <summary>Returns an independent copy.</summary>
    public TradeIdIntervals Clone() => new(_limit, [.. _runs], Floor);

    private static TradeIdInterval Extend(in TradeIdInterval run, long first, long last, Timestamp time) => new(first, last, Min(run.From, time), Max(run.Until, time));

    private static Timestamp Min(Timestamp a, Timestamp b) => a < b ? a : b;

    private static Timestamp Max(Timestamp a, Timestamp b) => a > b ? a : b;

    private void Forget()
    {
        if (_runs.Count <= _limit) return;
        Floor = _runs[1].First;
        _runs.RemoveAt(0);
    }

    private int IndexAtOrBelow(long id)
    {
        int low = 0, high = _runs.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (_runs[middle].First <= id) low = middle + 1;
            else high = middle - 1;
        }

        return high;
    }
}
