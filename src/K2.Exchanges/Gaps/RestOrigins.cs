using K2.Domain.Instruments;

namespace K2.Exchanges.Gaps;

/// <summary>
/// The origin of REST pages among raw frames: the run's id and the instrument, as most exchanges' pages do not say which instrument they are of.
/// </summary>
public static class RestOrigins
{
    /// <summary>What stands in the origin of every REST page, whatever version wrote it.</summary>
    public const string Mark = "-rest-";

    /// <summary>Returns an instrument's origin within a run.</summary>
    public static string Of(string run, Instrument instrument) => run + Suffix(instrument);

    /// <summary>Returns how the origins of an instrument's pages end.</summary>
    public static string Suffix(Instrument instrument) => "/" + instrument.NativeSymbol;
}
