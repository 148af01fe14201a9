using System.Reflection;
using K2.Contracts.Hosting;

namespace K2.Api.Status;

/// <summary>Who answers: the silo's addresses and version.</summary>
internal sealed class SiloIdentity(Func<SiloEndpoints> endpoints)
{
    public SiloEndpoints Endpoints => endpoints();

    public string Version { get; } =
        typeof(SiloIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
