using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>A symbol's latest durable checkpoint.</summary>
/// <param name="Position">The log position up to which the state holds the symbol's records.</param>
/// <param name="State">The serialised state.</param>
public sealed record SymbolCheckpoint(LogPosition Position, ReadOnlyMemory<byte> State);
