using System.Globalization;
using DuckDB.NET.Data;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Stores;
using K2.Domain.Instruments;

namespace K2.ColdTier.Tests.Export;

/// <summary>
/// Rows of two days, exported twice and made once for all tests of a class, because they only read; and DuckDB, which shares no code with the writer nor with ClickHouse.
/// </summary>
public sealed class SecondReaderWorld : IAsyncLifetime
{
    /// <summary>The first of the two days.</summary>
    public static readonly DateTime Day = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    // More than a row group, so that a reader may skip a part of a file by its statistics; no two of them in the same place of a second.
    private const int ManyTrades = 260_000;
    private const double Apart = 0.2500015;
    private readonly Dictionary<string, ColdSnapshot> _first = new(StringComparer.Ordinal);
    private DuckDBConnection? _duck;

    internal static bool HasEngine => ColdWorld.HasEngine;

    internal ColdWorld World { get; private set; } = null!;

    internal ColdTier Cold { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!HasEngine) return;
        World = await ColdWorld.StartAsync();
        Cold = await World.OpenAsync();
        await World.TradesAsync(ColdWorld.Symbols[0], ManyTrades, Day, Apart);
        foreach (var symbol in ColdWorld.Symbols[1..]) await World.TradesAsync(symbol, 5000, Day.AddHours(23), 1.000003);
        foreach (var exchange in ExchangeNames.All) await World.FramesAsync(exchange, 50, Day.AddHours(23).AddMinutes(59).AddSeconds(30));
        foreach (var table in Cold.Tables)
        {
            await Cold.ExportAsync(table, default);
            _first[table.Name] = (await Cold.SnapshotsAsync(table, default))[0];
        }

        // Among them trades that are late by hours.
        await World.TradesAsync(ColdWorld.Symbols[0], 3000, Day.AddHours(20));
        foreach (var symbol in ColdWorld.Symbols[1..]) await World.TradesAsync(symbol, 2000, Day.AddDays(1).AddHours(3), 7);
        foreach (var exchange in ExchangeNames.All) await World.FramesAsync(exchange, 20, Day.AddDays(1).AddHours(1));

        // A third day has one trade only, whose time cannot be read: a file with nothing but nulls in a column.
        await World.FramesAsync(Exchange.Kraken, 1, Day.AddDays(2));
        foreach (var table in Cold.Tables) await Cold.ExportAsync(table, default);

        _duck = new DuckDBConnection("DataSource=:memory:");
        await _duck.OpenAsync();

        // What is not in the library is not fetched from anywhere.
        Duck("SET autoinstall_known_extensions = false");
    }

    public async ValueTask DisposeAsync()
    {
        _duck?.Dispose();
        if (!HasEngine) return;
        Cold.Dispose();
        await World.DisposeAsync();
    }

    /// <summary>The last snapshot of the first export.</summary>
    internal ColdSnapshot First(ColdTable table) => _first[table.Name];

    /// <summary>What the warehouse shows, in the cold table's types.</summary>
    internal static string Warm(ColdTable table)
    {
        var closed = table.Layer == ColdLayer.Gold ? " WHERE closed = 1" : "";
        return $"(SELECT {table.SelectList} FROM (SELECT * FROM {table.View}{closed}))";
    }

    /// <summary>The files of the current snapshot.</summary>
    internal async Task<IReadOnlyList<string>> FilesAsync(ColdTable table)
    {
        var store = LocalObjectStore.Open(World.TablesFolder, TimeProvider.System);
        var prefix = $"cold/{table.Name}";
        var iceberg = new IcebergTable(new FileTableCatalog(store, prefix), store, prefix, new CommitOptions(), TimeProvider.System, new Random(1));
        var version = await iceberg.LoadAsync(default);
        return [.. (await iceberg.FilesAsync(version, version.Metadata.Current!, default)).Select(file => store.LocationOf($"{prefix}/{file.Path}"))];
    }

    /// <summary>Files as DuckDB names them.</summary>
    internal static string DuckList(IEnumerable<string> files) => $"[{string.Join(", ", files.Select(file => $"'{file.Replace("'", "''", StringComparison.Ordinal)}'"))}]";

    /// <summary>What DuckDB answers, as ClickHouse's <c>TSV</c> writes it.</summary>
    internal string Duck(string sql)
    {
        using var command = _duck!.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(field => reader.IsDBNull(field) ? "\\N" : Convert.ToString(reader.GetValue(field), CultureInfo.InvariantCulture))));
        }

        return string.Join('\n', lines);
    }
}
