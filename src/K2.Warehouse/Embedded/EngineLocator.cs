using System.Runtime.InteropServices;
using K2.Abstractions;

namespace K2.Warehouse.Embedded;

/// <summary>Finds the embedded engine: a named library file, the per-user cache that the build fills, or a <c>clickhouse</c> binary on the PATH.</summary>
public static class EngineLocator
{
    /// <summary>The library's version; the build fetches exactly this one.</summary>
    public const string Version = "26.7.3-stable.1";

    /// <summary>Returns the library in the per-user cache, or null.</summary>
    public static string? FindLibrary()
    {
        var path = Path.Combine(CacheFolder, Version, "libchdb.so");
        return File.Exists(path) ? path : null;
    }

    /// <summary>The per-user cache folder.</summary>
    public static string CacheFolder
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "k2", "chdb");
        }
    }

    /// <summary>Returns what to start: a library for the engine's child, or a ClickHouse binary.</summary>
    /// <exception cref="StartupException">There is neither.</exception>
    public static (string? Library, string? Binary) Find(string? named)
    {
        if (!string.IsNullOrEmpty(named)) return File.Exists(named) ? (named, null) : throw new StartupException($"K2__ClickHouse__Library names '{named}', which does not exist.");
        if (FindLibrary() is { } cached) return (cached, null);
        var binary = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "clickhouse")).FirstOrDefault(File.Exists);
        if (binary is not null) return (null, binary);
        throw new StartupException(
            $"No ClickHouse engine for {RuntimeInformation.RuntimeIdentifier}: install npm and build again, put a clickhouse binary on the PATH, set K2__ClickHouse__Library=FILE, or name a server by K2__ClickHouse__ConnectionString.");
    }
}
