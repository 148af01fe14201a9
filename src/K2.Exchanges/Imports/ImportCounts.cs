namespace K2.Exchanges.Imports;

/// <summary>What became of lines of a trade file.</summary>
/// <param name="Taken">Trades that were passed on.</param>
/// <param name="Known">Trades that were there already.</param>
/// <param name="Overlapping">Trades without ids from times of which the exchange's own trades are there; they are left out, as they would count twice.</param>
/// <param name="Bad">Lines that went to the dead letters.</param>
/// <param name="Missing">Behind the last line: ids between the known ones that nobody has asked for.</param>
public sealed record ImportCounts(long Taken, long Known, long Overlapping, long Bad, long Missing = 0);
