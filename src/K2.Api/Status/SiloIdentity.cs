using K2.Contracts.Hosting;

namespace K2.Api.Status;

/// <summary>Who answers: the process's addresses and build.</summary>
internal sealed class SiloIdentity(Func<SiloEndpoints> endpoints)
{
    public SiloEndpoints Endpoints => endpoints();

    public ProductVersion Version { get; } = ProductVersion.Current;
}
