using System.Collections.Immutable;
using K2.Contracts.Hosting;

namespace K2.Api.Tests.Hosting;

/// <summary>A cluster of one silo that works and one that has told nothing of itself.</summary>
[GrainType("test-cluster")]
internal sealed class TestClusterGrain : Grain, IClusterGrain
{
    public static readonly SiloMember Known = new() { Address = "10.0.0.1:11111", Status = SiloMember.Active, Gateway = "10.0.0.1:30000", Role = "silo", Version = "1.2.3", Commit = "0123456789abcdef", Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) };
    public static readonly SiloMember Unknown = new() { Address = "10.0.0.2:11111", Status = "joining" };

    public Task<ImmutableArray<SiloMember>> GetSilos() => Task.FromResult<ImmutableArray<SiloMember>>([Unknown, Known]);
}
