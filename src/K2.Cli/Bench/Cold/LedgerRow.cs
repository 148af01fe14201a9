namespace K2.Cli.Bench.Cold;

/// <summary>A row of the ledger.</summary>
/// <param name="Key">Its part of the log.</param>
/// <param name="Position">Where it stands there.</param>
/// <param name="Day">The day that it lies in.</param>
/// <param name="Exchange">Its exchange.</param>
/// <param name="Values">The values in the order of the table's columns.</param>
internal sealed record LedgerRow(string Key, long Position, int Day, string Exchange, object?[] Values);
