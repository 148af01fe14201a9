using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Cli.Reading;

/// <summary>Which rows of an instrument are wanted: the first ones from a moment on, or without one the last ones.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="From">First moment, or null.</param>
/// <param name="To">End, exclusive, or null.</param>
/// <param name="Limit">The most rows.</param>
internal sealed record RowRequest(InstrumentId Instrument, DateTimeOffset? From, DateTimeOffset? To, int Limit)
{
    /// <summary>Whether windows without trades are filled; candles only.</summary>
    public bool Fill { get; init; }

    /// <summary>Only what was known at this moment, or null for now; candles only.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>A state of the cold table, or null for the current rows.</summary>
    public ColdMoment? Snapshot { get; init; }
}
