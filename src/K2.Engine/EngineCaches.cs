using System.Globalization;

namespace K2.Engine;

/// <summary>
/// Sizes of the engine's caches. Its own are gigabytes, far above the memory that it is given: full caches would take what queries and merges need.
/// </summary>
internal static class EngineCaches
{
    // Parts of the memory, a quarter together. Marks are what every query needs.
    private static readonly (string Name, int Divisor)[] Parts =
    [
        ("mark_cache_size", 8), ("primary_index_cache_size", 16), ("index_mark_cache_size", 64), ("query_condition_cache_size", 64), ("parquet_metadata_cache_size", 64),
        ("iceberg_metadata_files_cache_size", 64), ("compiled_expression_cache_size", 64),
    ];

    /// <summary>Returns the command line's arguments for an engine with so many bytes of memory.</summary>
    public static IEnumerable<string> Arguments(long memory) => Parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"--{part.Name}={memory / part.Divisor}"));
}
