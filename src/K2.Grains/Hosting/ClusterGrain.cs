using System.Collections.Immutable;
using K2.Contracts.Hosting;
using Orleans.Concurrency;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace K2.Grains.Hosting;

/// <summary>Joins Orleans' view of the membership with what each silo told of itself. Stateless: the silo that is asked answers.</summary>
[GrainType("cluster")]
[StatelessWorker]
internal sealed class ClusterGrain(IClusterMembershipService membership, ISiloMetadataCache metadata) : Grain, IClusterGrain
{
    public Task<ImmutableArray<SiloMember>> GetSilos() => Task.FromResult<ImmutableArray<SiloMember>>(
    [
        .. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status is not (SiloStatus.Dead or SiloStatus.None))
            .OrderBy(member => member.SiloAddress.Endpoint.ToString(), StringComparer.Ordinal)
            .Select(member => SiloDescription.Describe(member.SiloAddress.Endpoint.ToString(), member.Status.ToString().ToLowerInvariant(), metadata.GetSiloMetadata(member.SiloAddress).Metadata)),
    ]);
}
