using System.Globalization;
using K2.Domain.Instruments;

namespace K2.Warehouse.Reading;

/// <summary>The condition that names an instrument, and its parameters.</summary>
internal static class InstrumentQuery
{
    /// <summary>Holds for the rows of one instrument; its parameters come by <see cref="Parameters"/>.</summary>
    public const string OfInstrument = "exchange = {exchange:String} AND canonical_symbol = {symbol:String}";

    /// <summary>Returns the condition's parameters; the caller adds its own.</summary>
    public static Dictionary<string, string> Parameters(InstrumentId instrument) => new(StringComparer.Ordinal) { ["exchange"] = instrument.Exchange.ToName(), ["symbol"] = instrument.Symbol };

    /// <summary>Returns texts of letters, digits, spaces and <c>:/._-</c> as the value of a parameter that is an array.</summary>
    public static string Texts(IEnumerable<string> texts) => "[" + string.Join(',', texts.Select(text => $"'{text}'")) + "]";

    /// <summary>Returns numbers as the value of a parameter that is an array.</summary>
    public static string Texts(IEnumerable<long> numbers) => "[" + string.Join(',', numbers.Select(Text)) + "]";

    /// <summary>Returns a number as a parameter's value.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
