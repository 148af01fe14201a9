namespace K2.Grains.Placement;

/// <summary>Which grains go where, so that every silo has as many of a kind as the others, or one more or less.</summary>
internal static class GrainMoves
{
    /// <summary>Returns the fewest moves that even a kind out; every silo that knows the same comes to the same result.</summary>
    /// <param name="silos">The silos that are active.</param>
    /// <param name="placed">The grains of the kind and the silo of each; those in other silos count as nowhere.</param>
    public static IReadOnlyList<(GrainId Grain, SiloAddress From, SiloAddress To)> Plan(IReadOnlyCollection<SiloAddress> silos, IEnumerable<(GrainId Grain, SiloAddress Silo)> placed)
    {
        var held = silos.ToDictionary(silo => silo, _ => new List<GrainId>());
        foreach (var (grain, silo) in placed)
        {
            if (held.TryGetValue(silo, out var grains)) grains.Add(grain);
        }

        if (held.Count == 0) return [];

        // Who has most keeps one more where the number does not divide.
        var (share, more) = Math.DivRem(held.Values.Sum(grains => grains.Count), held.Count);
        var ordered = held.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key).Select((pair, rank) => (Silo: pair.Key, Grains: pair.Value, Share: share + (rank < more ? 1 : 0))).ToList();
        var surplus = ordered.SelectMany(silo => silo.Grains.Order().Skip(silo.Share).Select(grain => (Grain: grain, From: silo.Silo)));
        var room = ordered.SelectMany(silo => Enumerable.Repeat(silo.Silo, Math.Max(0, silo.Share - silo.Grains.Count)));
        return [.. surplus.Zip(room, (grain, to) => (grain.Grain, grain.From, to))];
    }
}
