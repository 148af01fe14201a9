using System.Collections.Concurrent;
using K2.Contracts.Connectors;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.Grains.Placement;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Connectors;

/// <summary>What an operator asked of an exchange, when the exchange moves to another silo.</summary>
public sealed class ExchangeConnectorGrainTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Sockets> _sockets = new(StringComparer.Ordinal);
    private readonly InMemoryWarehouse _warehouse = new();
    private InProcessTestCluster _cluster = null!;
    private bool _hasPairs;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((options, silo) =>
        {
            silo.Services.AddConnectorGrains(SocketsOf(options.SiloName), _warehouse);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("drained", "streaming")]
    [InlineData("paused", "paused")]
    public async Task Stopped_ThenItsSiloEnds_OnlyAPauseGoesOnAtTheNext(string stopped, string next)
    {
        await Grain(_cluster.Silos[0]).Keep();
        var (name, first) = Assert.Single(_sockets, pair => pair.Value.Symbols is not null);
        var other = _cluster.Silos.Single(silo => silo.Name != name);
        var grain = Grain(other);

        await (stopped == "drained" ? grain.Drain() : grain.Pause());
        Assert.Null(first.Symbols);

        // As every silo says every few seconds.
        foreach (var silo in _cluster.Silos) await Grain(silo).Keep();
        Assert.Equal(stopped, (await grain.GetStatus()).State);
        Assert.DoesNotContain(_sockets.Values, sockets => sockets.Symbols is not null);

        await _cluster.StopSiloAsync(_cluster.Silos.Single(silo => silo.Name == name));
        await grain.Keep();

        Assert.Equal(next, (await grain.GetStatus()).State);
        Assert.Equal(next == "streaming" ? Sockets.Wanted : null, _sockets[other.Name].Symbols);
        Assert.Equal(stopped == "paused" ? 1 : 0, _warehouse.Audits.Count);
    }

    [Fact]
    public async Task MoveTo_GoesOnInThatSilo_AndNoMoreInItsOwn()
    {
        var (first, other) = await KeptAsync();

        await Movable(other).MoveTo(other.SiloAddress);
        await Grain(other).Keep();

        Assert.Equal(Sockets.Wanted, _sockets[other.Name].Symbols);
        Assert.Null(first.Symbols);
    }

    [Theory]
    [InlineData("drained")]
    [InlineData("paused")]
    public async Task MoveTo_OfWhatAnOperatorHasStopped_StaysWhereItIs(string stopped)
    {
        var (first, other) = await KeptAsync();
        var grain = Grain(other);
        await (stopped == "drained" ? grain.Drain() : grain.Pause());

        await Movable(other).MoveTo(other.SiloAddress);

        Assert.Equal(stopped, (await grain.GetStatus()).State);
        await grain.Resume();
        Assert.Equal(Sockets.Wanted, first.Symbols);
    }

    [Fact]
    public async Task Pair_SecondTakesTheSameInAnotherSilo_AndAPauseStopsBoth()
    {
        var (first, other, second) = await PairAsync();
        Assert.Equal(Sockets.Wanted, second.SecondSymbols);
        Assert.Null(first.SecondSymbols);
        Assert.Equal(("streaming", "streaming"), (await Grain(other).GetStatus() is var status) ? (status.State, status.Second) : default);

        await Grain(other).Pause();
        Assert.Equal((null, null), (first.Symbols, second.SecondSymbols));
        Assert.Equal(("paused", "idle"), (await Grain(other).GetStatus() is var paused) ? (paused.State, paused.Second) : default);
    }

    [Fact]
    public async Task Pair_FirstComesIntoTheSecondsSilo_SecondGoesToAnother_OrStopsWhereThereIsNone()
    {
        var (first, other, second) = await PairAsync();

        // Until the first one streams there, the second is the only one that does.
        second.IsConfirmed = false;
        await Movable(other).MoveTo(other.SiloAddress);
        await KeptUntilAsync(other, () => second.Symbols is not null);
        await other.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<ISecondConnectorGrain>("kraken").Keep([.. Sockets.Wanted], other.SiloAddress);
        Assert.Equal(Sockets.Wanted, second.SecondSymbols);

        second.IsConfirmed = true;
        await KeptUntilAsync(other, () => first.SecondSymbols is not null);
        Assert.Equal(Sockets.Wanted, second.Symbols);
        Assert.Null(second.SecondSymbols);

        var here = _cluster.Silos.Single(silo => silo != other);
        await _cluster.StopSiloAsync(other);
        await KeptUntilAsync(here, () => first.Symbols is not null && first.SecondSymbols is null);
    }

    [Fact]
    public async Task Pair_SecondGoesOnThoughThePauseWasForgotten_IsStoppedAtTheNextOccasion()
    {
        var (_, other, second) = await PairAsync();
        await Grain(other).Pause();

        await second.StartAsync(Exchange.Kraken, Sockets.Wanted, isSecond: true);
        await KeptUntilAsync(other, () => second.SecondSymbols is null);

        Assert.Equal("paused", (await Grain(other).GetStatus()).State);
    }

    // As every silo says every few seconds; a second connection that was placed beside the first goes elsewhere before it starts.
    private static async Task KeptUntilAsync(InProcessSiloHandle silo, Func<bool> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        while (!reached())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Grain(silo).Keep();
        }
    }

    private async Task<(Sockets First, InProcessSiloHandle Other, Sockets Second)> PairAsync()
    {
        _hasPairs = true;
        var (first, other) = await KeptAsync();
        var second = SocketsOf(other.Name);
        await KeptUntilAsync(other, () => second.SecondSymbols is not null);
        return (first, other, second);
    }

    private async Task<(Sockets First, InProcessSiloHandle Other)> KeptAsync()
    {
        await Grain(_cluster.Silos[0]).Keep();
        var (name, first) = Assert.Single(_sockets, pair => pair.Value.Symbols is not null);
        return (first, _cluster.Silos.Single(silo => silo.Name != name));
    }

    private Sockets SocketsOf(string silo) => _sockets.GetOrAdd(silo, _ => new Sockets(() => _hasPairs));

    private static IMovableGrain Movable(InProcessSiloHandle silo) => Grain(silo).AsReference<IMovableGrain>();

    private static IExchangeConnectorGrain Grain(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IExchangeConnectorGrain>("kraken");
}
