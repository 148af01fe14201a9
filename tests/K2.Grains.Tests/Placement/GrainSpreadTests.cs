using K2.Contracts.Connectors;
using K2.Domain.Instruments;
using K2.Grains.Placement;
using K2.Grains.Tests.Connectors;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Placement;

/// <summary>A silo that comes later takes its share of what the others have.</summary>
public sealed class GrainSpreadTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryWarehouse _warehouse = new();
    private readonly List<GrainSpread> _spreads = [];
    private InProcessTestCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddConnectorGrains(new Sockets(() => false), _warehouse));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var spread in _spreads)
        {
            await spread.StopAsync(default);
            spread.Dispose();
        }

        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task SiloComesLater_TakesItsShare()
    {
        foreach (var exchange in ExchangeNames.All) await _cluster.Client.GetGrain<IExchangeConnectorGrain>(exchange.ToName()).Keep();
        var second = await _cluster.StartAdditionalSiloAsync();
        Assert.Equal([3], await PlacedAsync());
        foreach (var silo in _cluster.Silos) await StartSpreadAsync(silo);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        while (!(await PlacedAsync()).SequenceEqual([1, 2]))
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(GrainSpread.Period);

            // As every silo says every few seconds.
            foreach (var exchange in ExchangeNames.All) await _cluster.Client.GetGrain<IExchangeConnectorGrain>(exchange.ToName()).Keep();
        }

        Assert.Contains(await StatisticsAsync(), grain => grain.SiloAddress.Equals(second.SiloAddress));
    }

    private async Task StartSpreadAsync(InProcessSiloHandle silo)
    {
        var services = silo.ServiceProvider;
        var spread = new GrainSpread(services.GetRequiredService<IClusterMembershipService>(), services.GetRequiredService<ILocalSiloDetails>(), services.GetRequiredService<IGrainFactory>(), _time, NullLogger<GrainSpread>.Instance);
        _spreads.Add(spread);
        await spread.StartAsync(Token);
    }

    private async Task<IReadOnlyList<int>> PlacedAsync() => [.. (await StatisticsAsync()).GroupBy(grain => grain.SiloAddress).Select(group => group.Count()).Order()];

    private async Task<IReadOnlyList<DetailedGrainStatistic>> StatisticsAsync() =>
        [.. (await _cluster.Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics()).Where(grain => grain.GrainId.Type.ToString() == "connector")];
}
