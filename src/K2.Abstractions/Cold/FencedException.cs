using System.Globalization;

namespace K2.Abstractions.Cold;

/// <summary>Another exporter has moved a table's position. The commit is surely not in the table; the exporter must stop and begin anew from the table's position.</summary>
public sealed class FencedException(string table, string watermark, long? expected, long? actual)
    : K2Exception(string.Create(CultureInfo.InvariantCulture, $"{table}: the position {watermark} is {actual?.ToString(CultureInfo.InvariantCulture) ?? "not there"}, not {expected?.ToString(CultureInfo.InvariantCulture) ?? "absent"} as at the start of this export: another exporter is at work"))
{
    /// <summary>The name of the position.</summary>
    public string Watermark { get; } = watermark;

    /// <summary>Where the exporter began.</summary>
    public long? Expected { get; } = expected;

    /// <summary>Where the table stands.</summary>
    public long? Actual { get; } = actual;
}
