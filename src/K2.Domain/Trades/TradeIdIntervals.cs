using System.Runtime.InteropServices;

namespace K2.Domain.Trades;

/// <summary>
/// The trade ids seen so far as ordered runs without holes, each with the exchange times it spans. Adding behind the last run costs the same at
/// any size; elsewhere a binary search. Not thread-safe.
/// </summary>
public sealed class TradeIdIntervals
{
    private readonly List<TradeIdInterval> _runs;

    /// <summary>Makes an empty set.</summary>
    public TradeIdIntervals()
        : this([], long.MinValue)
    {
    }

    internal TradeIdIntervals(List<TradeIdInterval> runs, long floor)
    {
        _runs = runs;
        Floor = floor;
    }

    /// <summary>Ids below this one may have been seen and forgotten; <see cref="long.MinValue"/> while nothing was forgotten.</summary>
    public long Floor { get; private set; }

    /// <summary>Number of runs; one less than that is the number of holes.</summary>
    public int Count => _runs.Count;

    /// <summary>The runs, lowest first; a view that changes with the set.</summary>
    public IReadOnlyList<TradeIdInterval> Runs => _runs;

    internal ReadOnlySpan<TradeIdInterval> Span => CollectionsMarshal.AsSpan(_runs);

    /// <summary>The highest id seen.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added yet.</exception>
    public long HighestId => _runs.Count > 0 ? _runs[^1].Last : throw new InvalidOperationException("no id was seen yet");

    /// <summary>Whether the id lies in a kept run.</summary>
    public bool Contains(long id) => IndexAtOrBelow(id) is >= 0 and var index && id <= _runs[index].Last;

    /// <summary>
    /// Adds an id with its trade's exchange time; false if it was there. An id below <see cref="Floor"/> is not kept and always answers true:
    /// whether it was seen has to be asked elsewhere.
    /// </summary>
    public bool Add(long id, Timestamp time)
    {
        var runs = CollectionsMarshal.AsSpan(_runs);
        if (!runs.IsEmpty && id > runs[^1].Last && id - 1 == runs[^1].Last)
        {
            runs[^1] = Widen(runs[^1], runs[^1].First, id, time);
            return true;
        }

        if (id < Floor) return true;
        var index = IndexAtOrBelow(id);
        if (index >= 0 && id <= runs[index].Last) return false;

        var joinsLower = index >= 0 && runs[index].Last == id - 1;
        var joinsUpper = index + 1 < runs.Length && runs[index + 1].First - 1 == id;
        if (joinsLower && joinsUpper)
        {
            var (lower, upper) = (Widen(runs[index], runs[index].First, id, time), runs[index + 1]);
            runs[index] = new TradeIdInterval(lower.First, upper.Last, Earlier(lower.From, upper.From), Later(lower.Until, upper.Until));
            _runs.RemoveAt(index + 1);
        }
        else if (joinsLower)
        {
            runs[index] = Widen(runs[index], runs[index].First, id, time);
        }
        else if (joinsUpper)
        {
            runs[index + 1] = Widen(runs[index + 1], id, runs[index + 1].Last, time);
        }
        else
        {
            _runs.Insert(index + 1, new TradeIdInterval(id, id, time, time));
        }

        return true;
    }

    /// <summary>Extends the time of the run that ends with the id: a heartbeat says that no trade followed until then. False if no run ends there.</summary>
    public bool ProveUntil(long lastId, Timestamp time)
    {
        var index = IndexAtOrBelow(lastId);
        if (index < 0 || _runs[index].Last != lastId) return false;
        _runs[index] = _runs[index] with { Until = Later(_runs[index].Until, time) };
        return true;
    }

    /// <summary>Finds the run that holds the id, or else the next lower one.</summary>
    public bool TryFindAtOrBelow(long id, out TradeIdInterval run)
    {
        var index = IndexAtOrBelow(id);
        run = index >= 0 ? _runs[index] : default;
        return index >= 0;
    }

    /// <summary>Finds the first run that begins above the id.</summary>
    public bool TryFindAbove(long id, out TradeIdInterval run)
    {
        var index = IndexAtOrBelow(id) + 1;
        run = index < _runs.Count ? _runs[index] : default;
        return index < _runs.Count;
    }

    /// <summary>How many ids of [first, last] lie in kept runs.</summary>
    public long CountBetween(long first, long last)
    {
        long count = 0;
        for (var i = Math.Max(0, IndexAtOrBelow(first)); i < _runs.Count && _runs[i].First <= last; i++)
        {
            count += Math.Max(0, Math.Min(last, _runs[i].Last) - Math.Max(first, _runs[i].First) + 1);
        }

        return count;
    }

    /// <summary>Forgets the lowest runs so that no more than the given number remain, and raises <see cref="Floor"/> to the first id that is kept.</summary>
    /// <param name="maxRuns">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public void Forget(int maxRuns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRuns, 1);
        if (_runs.Count <= maxRuns) return;
        _runs.RemoveRange(0, _runs.Count - maxRuns);
        Floor = _runs[0].First;
    }

    /// <summary>Returns an independent copy.</summary>
    public TradeIdIntervals Clone() => new([.. _runs], Floor);

    private static TradeIdInterval Widen(in TradeIdInterval run, long first, long last, Timestamp time) =>
        new(first, last, Earlier(run.From, time), Later(run.Until, time));

    private static Timestamp Earlier(Timestamp a, Timestamp b) => a < b ? a : b;

    private static Timestamp Later(Timestamp a, Timestamp b) => a > b ? a : b;

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
