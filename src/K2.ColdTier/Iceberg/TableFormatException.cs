using K2.Abstractions;

namespace K2.ColdTier.Iceberg;

/// <summary>A table's files say something that this version does not understand, or contradict each other. Nothing is written to such a table.</summary>
public sealed class TableFormatException(string message, Exception? inner = null) : K2Exception(message, false, inner);
