namespace K2.Benchmarks.Stream;

/// <summary>What one run gave.</summary>
/// <param name="RecordsPerSecond">Records a second.</param>
/// <param name="BytesPerRecord">Bytes allocated in this process, all threads, for a record.</param>
internal readonly record struct Measure(double RecordsPerSecond, double BytesPerRecord);
