using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Abstractions.Cold.Tables;

/// <summary>A cold table: its columns and how its files are divided and ordered.</summary>
/// <param name="Name">Its name below <c>cold</c>.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Columns">Its columns in order.</param>
/// <param name="DayOf">The timestamp whose day is the first part of the partition; never null.</param>
/// <param name="SortedBy">The columns that the rows of a file are ordered by; the last ones make a row unique within its file's day and exchange.</param>
public sealed record ColdTable(string Name, ColdLayer Layer, IReadOnlyList<ColdColumn> Columns, string DayOf, IReadOnlyList<string> SortedBy)
{
    /// <summary>The exchange of a bronze table, which has no column for it.</summary>
    public Exchange Exchange { get; init; }

    /// <summary>The timeframe of a gold table.</summary>
    public Timeframe Timeframe { get; init; }

    /// <summary>The ClickHouse view that shows the same rows while they are warm.</summary>
    public string View => "k2." + (Layer == ColdLayer.Gold ? Name["gold_".Length..] : Name);

    /// <summary>Whether the exchange is the second part of the partition; a bronze table is of one exchange.</summary>
    public bool HasExchange => Layer != ColdLayer.Bronze;

    /// <summary>Whether its rows stand at positions of the raw log, else of the trade log.</summary>
    public bool IsOfRawLog => Layer is ColdLayer.Raw or ColdLayer.Bronze;

    /// <summary>The column of a name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public ColdColumn this[string name] => Columns.First(column => column.Name == name);

    /// <summary>The columns as they are selected from <see cref="View"/>. Names come from code only.</summary>
    public string SelectList => string.Join(", ", Columns.Select(column => $"CAST(`{column.Name}`, '{column.ClickHouseType.Replace("'", "\\'", StringComparison.Ordinal)}') AS `{column.Name}`"));
}
