using System.Globalization;

namespace K2.Contracts.Http;

/// <summary>The columns of gaps in CSV: names and texts as in JSON.</summary>
public static class GapColumns
{
    /// <summary>Name and text of each column, in order. No text holds a comma, a quote or a line break.</summary>
    public static IReadOnlyList<(string Name, Func<GapView, string> Text)> All { get; } =
    [
        ("exchange", gap => gap.Exchange),
        ("symbol", gap => gap.Symbol),
        ("gap_start", gap => UtcTimeConverter.Format(gap.GapStart)),
        ("gap_end", gap => UtcTimeConverter.Format(gap.GapEnd)),
        ("first_missing_id", gap => gap.FirstMissingId.ToString(CultureInfo.InvariantCulture)),
        ("last_missing_id", gap => gap.LastMissingId.ToString(CultureInfo.InvariantCulture)),
        ("id_epoch", gap => gap.IdEpoch.ToString(CultureInfo.InvariantCulture)),
        ("cause", gap => gap.Cause),
        ("state", gap => gap.State),
        ("reason", gap => gap.Reason),
    ];
}
