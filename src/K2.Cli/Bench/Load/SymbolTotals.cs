namespace K2.Cli.Bench.Load;

/// <summary>What was handed to the writer of one symbol, counted without it.</summary>
internal sealed record SymbolTotals(LoadSymbol Symbol, long Trades, Int128 Volume, Int128 QuoteVolume);
