using System.Globalization;
using System.Net;
using CsCheck;
using K2.Grains.Placement;

namespace K2.Grains.Tests.Placement;

/// <summary>Which grains move when silos come and go.</summary>
public sealed class GrainMovesTests
{
    [Fact]
    public void NewSilo_TakesItsShareAndNoMore()
    {
        var moves = GrainMoves.Plan(Silos(3), [.. On(0, 0, 17), .. On(1, 100, 17)]);

        Assert.Equal(11, moves.Count);
        Assert.All(moves, move => Assert.Equal(Silo(2), move.To));
        Assert.Equal([5, 6], moves.GroupBy(move => move.From).Select(from => from.Count()).Order());
    }

    [Fact]
    public void OneMoreOrLess_Stays() => Assert.DoesNotContain(GrainMoves.Plan(Silos(3), [.. On(0, 0, 2), .. On(1, 100, 1)]), move => move.From.Equals(Silo(1)));

    [Fact]
    public void ThreeConnectorsInOneSilo_SpreadOverThree()
    {
        var moves = GrainMoves.Plan(Silos(3), On(1, 0, 3));

        Assert.Equal([Silo(0), Silo(2)], moves.Select(move => move.To).Order());
    }

    [Fact]
    public void GrainsOfASiloThatIsGone_CountNowhere() => Assert.Empty(GrainMoves.Plan(Silos(2), [.. On(0, 0, 4), .. On(1, 100, 4), .. On(7, 200, 9)]));

    [Fact]
    public void NoSilo_NoMove() => Assert.Empty(GrainMoves.Plan([], On(0, 0, 3)));

    [Fact]
    public void AnyPlacement_IsEvenAfterTheFewestMoves_WhateverTheOrder()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 5].Array[0, 60], Gen.Int).Sample((count, places, seed) =>
        {
            var silos = Silos(count);
            var placed = places.Select((place, i) => (Grain: Grain(i), Silo: Silo(place % count))).ToList();

            var moves = GrainMoves.Plan(silos, placed);
            var shuffled = GrainMoves.Plan([.. silos.Reverse()], placed.OrderBy(pair => HashCode.Combine(pair.Grain, seed)));

            var after = placed.ToDictionary(pair => pair.Grain, pair => pair.Silo);
            foreach (var (grain, from, to) in moves)
            {
                Assert.Equal(after[grain], from);
                after[grain] = to;
            }

            var counts = silos.Select(silo => after.Values.Count(silo.Equals)).ToList();
            Assert.True(counts.Max() - counts.Min() <= 1);
            Assert.Equal(moves.ToHashSet(), shuffled.ToHashSet());

            // No fewer would do: only what is above a share goes, and none twice.
            var share = placed.Count / count;
            Assert.True(moves.Count <= placed.GroupBy(pair => pair.Silo).Sum(silo => Math.Max(0, silo.Count() - share)));
            Assert.Equal(moves.Count, moves.Select(move => move.Grain).Distinct().Count());
        });
    }

    private static SiloAddress[] Silos(int count) => [.. Enumerable.Range(0, count).Select(Silo)];

    private static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + number), 1);

    private static GrainId Grain(int number) => GrainId.Create("symbol", number.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<(GrainId Grain, SiloAddress Silo)> On(int silo, int first, int count) => Enumerable.Range(first, count).Select(i => (Grain(i), Silo(silo)));
}
