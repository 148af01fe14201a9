namespace K2.Engine;

/// <summary>What a statement read and wrote, as clients find it in X-ClickHouse-Summary. Rows, bytes, seconds.</summary>
internal readonly record struct QueryStatistics(ulong ReadRows, ulong ReadBytes, ulong WrittenRows, ulong WrittenBytes, ulong ResultRows, ulong ResultBytes, double Seconds);
