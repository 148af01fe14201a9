using K2.Domain;

namespace K2.Exchanges;

/// <summary>Looks for the id of the first trade at or behind a moment, in as many requests as the exchange needs for that.</summary>
public sealed class IdSearch
{
    private readonly long _below;

    /// <summary>Begins a search.</summary>
    /// <param name="from">The moment.</param>
    /// <param name="below">The lowest id that is known; the one looked for lies below it.</param>
    public IdSearch(Timestamp from, long below)
    {
        From = from;
        High = _below = Math.Max(0, below);
    }

    /// <summary>The moment.</summary>
    public Timestamp From { get; }

    /// <summary>The first id that is still possible.</summary>
    public long Low { get; internal set; }

    /// <summary>One above the last id that is still possible, and the answer once <see cref="IsDone"/>; the lowest known id if nothing was traded before that.</summary>
    public long High { get; internal set; }

    /// <summary>Whether the id is found.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Ends the search with an id; one at or above the lowest known says that nothing lies before it.</summary>
    internal void Found(long id)
    {
        High = Math.Clamp(id, 0, _below);
        IsDone = true;
    }
}
