using K2.Warehouse.Embedded;

namespace K2.Cli.Doctor;

/// <summary>The library as the silo looks for it.</summary>
internal sealed class CachedLibrary : INativeLibrary
{
    public string? Find() => Environment.GetEnvironmentVariable("K2__ClickHouse__Library") is { Length: > 0 } named && File.Exists(named) ? named : EngineLocator.FindLibrary();
}
