using System.Collections.Immutable;
using K2.Domain.Instruments;
using K2.Grains.Placement;

namespace K2.Grains.Connectors;

/// <summary>
/// Takes what the first connection of an exchange takes, at the same time, through another silo: the log has each trade twice, and symbols know it by its id. When the first one's silo dies nothing is
/// missing and no window waits; gaps and past trades stay the first one's business.
/// </summary>
[GrainType("second-connector")]
[KeepAlive]
internal sealed class SecondConnectorGrain(IConnectorHost host, IClusterMembershipService membership, ILocalSiloDetails own) : Grain, ISecondConnectorGrain
{
    private const string Streaming = "streaming";
    private Exchange _exchange;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _exchange = ExchangeKey.Of(this);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => host.StopAsync(_exchange, isSecond: true);

    public async Task Keep(ImmutableArray<string> symbols, SiloAddress first)
    {
        if (!first.Equals(own.SiloAddress))
        {
            await host.StartAsync(_exchange, symbols, isSecond: true);
            return;
        }

        // Both in one silo would die together. But until the first one streams this one is all there is.
        if (host.Status(_exchange).State != Streaming) return;
        var others = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(first)).Select(member => member.SiloAddress).Order().ToList();
        await host.StopAsync(_exchange, isSecond: true);
        if (others.Count > 0) this.MigrateTo(others[(int)_exchange % others.Count]);
    }

    public Task Stop() => host.StopAsync(_exchange, isSecond: true);

    public Task<string> GetState() => Task.FromResult(host.Status(_exchange, isSecond: true).State);
}
