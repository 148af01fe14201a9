using System.Collections.Immutable;

namespace K2.Contracts.Hosting;

/// <summary>Tells who is in the cluster. Any silo answers, from its own memory: neither Redis nor another silo is asked.</summary>
[Alias("k2.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>The key of the only one.</summary>
    const long Key = 0;

    /// <summary>Returns the silos that are not dead, by address.</summary>
    [Alias("GetSilos")]
    Task<ImmutableArray<SiloMember>> GetSilos();
}
