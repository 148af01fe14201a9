namespace K2.Warehouse.Reading;

/// <summary>
/// Bounds of what users ask for: a statement ends with its client, after a time, and before it takes the engine's memory from the writer. Grains that
/// rebuild their state are not bounded so.
/// </summary>
internal static class ReadLimits
{
    /// <summary>Settings of such statements.</summary>
    public static IReadOnlyDictionary<string, object> Settings { get; } = new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["max_execution_time"] = "20",
        ["max_memory_usage"] = "268435456",
        ["cancel_http_readonly_queries_on_client_close"] = "1",
    };
}
