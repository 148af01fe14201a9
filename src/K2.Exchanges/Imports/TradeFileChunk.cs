namespace K2.Exchanges.Imports;

/// <summary>Whole lines of a trade file.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="FirstLine">Number of the first line, from 1.</param>
/// <param name="Lines">The lines with their ends.</param>
/// <param name="IsLast">Whether the file ends with them.</param>
public sealed record TradeFileChunk(TradeFileFormat Format, long FirstLine, byte[] Lines, bool IsLast);
