using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>What the warehouse holds.</summary>
/// <param name="Tables">Its tables by name; none for a warehouse without a disk.</param>
/// <param name="Instruments">Its instruments by exchange and symbol.</param>
public sealed record WarehouseStatistics(IReadOnlyList<TableStatistics> Tables, IReadOnlyList<InstrumentStatistics> Instruments);

/// <summary>One table on disk.</summary>
/// <param name="Name">For example <c>silver_trades_store</c>.</param>
/// <param name="Rows">Stored rows, with versions and repeats that no merge has removed yet.</param>
/// <param name="DiskBytes">Compressed bytes on disk.</param>
/// <param name="Partitions">Number of partitions.</param>
/// <param name="Oldest">The lowest partition: a day such as 20240808, a month such as 202408, or <c>all</c>.</param>
/// <param name="Newest">The highest partition.</param>
public sealed record TableStatistics(string Name, long Rows, long DiskBytes, long Partitions, string Oldest, string Newest);

/// <summary>One instrument's trades as its daily candles count them: each once.</summary>
public sealed record InstrumentStatistics(InstrumentId Instrument, long Trades, long Days, Timestamp FirstTrade, Timestamp LastTrade);
