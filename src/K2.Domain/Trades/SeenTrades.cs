namespace K2.Domain.Trades;

/// <summary>
/// Which trades of an instrument were seen: the id intervals of the current id epoch and of the one before it. Trades of still older epochs, and
/// ids below an epoch's floor, have to be looked up in the warehouse. What is kept shrinks only in <see cref="EndBatch"/>: an answer of
/// <see cref="MustLookUp"/> holds until then, whatever other trades of the batch bring.
/// </summary>
internal sealed class SeenTrades
{
    public const int KeptEpochs = 2;

    private readonly List<IdEpochSet> _epochs;
    private readonly HashSet<(ushort Epoch, long Id)> _lookedUp;

    public SeenTrades()
        : this([new IdEpochSet(0, new TradeIdIntervals())], [])
    {
    }

    public SeenTrades(List<IdEpochSet> epochs)
        : this(epochs, [])
    {
    }

    private SeenTrades(List<IdEpochSet> epochs, HashSet<(ushort Epoch, long Id)> lookedUp)
    {
        _epochs = epochs;
        _lookedUp = lookedUp;
    }

    /// <summary>Oldest first; the last one is current.</summary>
    public IReadOnlyList<IdEpochSet> Epochs => _epochs;

    public IdEpochSet Current => _epochs[^1];

    public void RaiseEpoch() => _epochs.Add(new IdEpochSet(checked((ushort)(Current.Epoch + 1)), new TradeIdIntervals()));

    /// <summary>A higher epoch than the current one is not looked up: it begins with that trade.</summary>
    public bool MustLookUp(ushort epoch, long id) => epoch <= Current.Epoch && (Find(epoch) is not { } ids || id < ids.Floor);

    /// <summary>Whether the trade is among the kept ids.</summary>
    public bool Contains(ushort epoch, long id) => Find(epoch) is { } ids && ids.Contains(id);

    /// <summary>
    /// Adds a trade; false if it was seen. A trade above the current epoch raises it: the record of the restart may be lost with the log's tail.
    /// </summary>
    public bool Add(ushort epoch, long id, Timestamp time)
    {
        if (epoch > Current.Epoch) _epochs.Add(new IdEpochSet(epoch, new TradeIdIntervals()));
        return MustLookUp(epoch, id) ? _lookedUp.Add((epoch, id)) : Find(epoch)!.Add(id, time);
    }

    /// <summary>The run at or below an id, in its epoch or else the last one of an older epoch.</summary>
    public bool TryFindAtOrBelow(ushort epoch, long id, out TradeIdInterval run)
    {
        for (var i = _epochs.Count - 1; i >= 0; i--)
        {
            if (_epochs[i].Epoch <= epoch && _epochs[i].Ids.TryFindAtOrBelow(_epochs[i].Epoch == epoch ? id : long.MaxValue, out run)) return true;
        }

        run = default;
        return false;
    }

    /// <summary>
    /// The first run above an id in its epoch. The first run of the next epoch cannot matter: between two epochs nothing is ever proven.
    /// </summary>
    public bool TryFindAbove(ushort epoch, long id, out TradeIdInterval run)
    {
        run = default;
        return Find(epoch) is { } ids && ids.TryFindAbove(id, out run);
    }

    /// <summary>How many ids of a range are among the kept ones.</summary>
    public long CountBetween(ushort epoch, long first, long last) => Find(epoch)?.CountBetween(first, last) ?? 0;

    /// <summary>Forgets the oldest epochs and holes, and what was looked up: from here on the warehouse holds it.</summary>
    public void EndBatch(int maxIntervals)
    {
        if (_epochs.Count > KeptEpochs) _epochs.RemoveRange(0, _epochs.Count - KeptEpochs);
        foreach (var (_, ids) in _epochs) ids.Forget(maxIntervals);
        _lookedUp.Clear();
    }

    public SeenTrades Clone() => new(_epochs.ConvertAll(epoch => epoch with { Ids = epoch.Ids.Clone() }), [.. _lookedUp]);

    private TradeIdIntervals? Find(ushort epoch)
    {
        for (var i = _epochs.Count - 1; i >= 0; i--)
        {
            if (_epochs[i].Epoch == epoch) return _epochs[i].Ids;
        }

        return null;
    }
}
