using K2.Abstractions;
using K2.Warehouse.Embedded;

namespace K2.Cli.Doctor;

/// <summary>The engine as the silo looks for it.</summary>
internal sealed class CachedLibrary : INativeLibrary
{
    private const string LibraryVariable = "K2__ClickHouse__Library";

    public string? Find()
    {
        try
        {
            var (library, binary) = EngineLocator.Find(Environment.GetEnvironmentVariable(LibraryVariable));
            return library ?? binary;
        }
        catch (StartupException)
        {
            return null;
        }
    }
}
