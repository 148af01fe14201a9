using System.Globalization;
using System.Text.Json;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Stores;
using K2.ColdTier.Tests.Stores;
using K2.Domain.Candles;
using K2.Simulator.ObjectStore;

namespace K2.ColdTier.Tests.Export;

/// <summary>
/// The exported files as DuckDB and ClickHouse read them, with filters by which a reader leaves out files, row groups and pages: none of them may lose a row. DuckDB reads the
/// files without the table around them, ClickHouse reads the table.
/// </summary>
public sealed class SecondReaderTests(SecondReaderWorld world, S3StubFixture s3) : IClassFixture<SecondReaderWorld>, IClassFixture<S3StubFixture>
{
    private const string NoEngine = "the embedded engine's library is not in the cache: install npm and build again";
    private const string NoManifests = "use_iceberg_partition_pruning = 0";
    private const string NoFooters = "input_format_parquet_filter_push_down = 0, input_format_parquet_page_filter_push_down = 0";
    private const long DayMicroseconds = 86_400_000_000;

    // Stands in a condition for what the two engines call differently.
    private const string IsBackfill = "{backfill}";

    private static readonly ColdTable Gold = ColdTables.Gold.First(table => table.Timeframe == Timeframe.OneMinute);
    private static readonly long FirstDay = (SecondReaderWorld.Day - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    // By table; some select nothing on purpose.
    private static readonly Dictionary<string, string[]> Conditions = new(StringComparer.Ordinal)
    {
        [ColdTables.SilverTrades.Name] =
        [
            "true", "price = 20.125", "price >= 20.125 AND price < 21", "quantity < 0.002", "quote_volume > 1.5", "side = 'BUY'", "exchange = 'kraken'", "canonical_symbol = 'ETH/USDT'", "side = 'NEITHER'",
            "vendor_data['is_buyer_maker'] = 'true'", "vendor_data['is_buyer_maker'] = 'false'", "vendor_data['maker_side'] = 'SELL'", IsBackfill, $"NOT {IsBackfill} AND side = 'SELL'", "trade_id BETWEEN 249990 AND 250010",
        ],
        [Gold.Name] =
        [
            "true", "close_price = 20.125", "high_price = 137.375", "high_price > 137.375", "volume >= 0.5 AND volume < 2", "exchange = 'coinbase'", "canonical_symbol = 'BTC/USDT' AND low_price < 13", "trade_count > 239",
            "closed", "NOT closed",
        ],
        [ColdTables.BronzeKraken.Name] =
            ["true", "timestamp IS NULL", "timestamp IS NOT NULL", "timestamp IS NULL AND price > 20", "price = 7.5", "price >= 70", "qty = 1.5", "qty > 1.5", "side = 'buy'", "ord_type = 'market'"],
        [ColdTables.RawFrames.Name] = ["true", "exchange = 'binance'", "exchange = 'coinbase' AND sequence < 7", "origin > 'coinbase'", "sequence = 49", "sequence < 0"],
    };

    public static TheoryData<string> Tables => [.. Conditions.Keys];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Rows_FilteredByEitherReader_AreThoseOfTheWarehouse(string name)
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var table = ColdTables.All.Single(known => known.Name == name);
        var files = await ParquetAsync(table);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in Conditions[name])
        {
            var where = condition.Replace(IsBackfill, "has(conditions, 'backfill')", StringComparison.Ordinal);
            var warm = await world.World.AskAsync($"SELECT {HouseFigures(table)} FROM {SecondReaderWorld.Warm(table)} WHERE {where}");
            var house = await world.World.AskAsync($"SELECT {HouseFigures(table)} FROM {world.World.Iceberg(name)} WHERE {where}");
            var duck = world.Duck($"SELECT {DuckFigures(table)} FROM {files} WHERE {condition.Replace(IsBackfill, "list_contains(conditions, 'backfill')", StringComparison.Ordinal)}");
            Assert.True(warm == house, $"{condition}: the warehouse has {warm}, ClickHouse sees {house} in the table");
            Assert.True(warm == duck, $"{condition}: the warehouse has {warm}, DuckDB sees {duck}");
            found.Add(warm);
        }

        // Conditions that all select the same would show nothing.
        Assert.True(found.Count >= Conditions[name].Length / 2);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task TimeRanges_ReadByEitherReader_LoseNoRow(string name)
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var table = ColdTables.All.Single(known => known.Name == name);
        var files = await ParquetAsync(table);
        foreach (var column in table.Columns.Where(column => column.Type == ColdType.Timestamp && !column.IsStamp).Select(column => column.Name))
        {
            // One pass over the warm rows, where no index comes into it; one question for each range over the cold ones.
            var ranges = await RangesAsync(table, column);
            var all = string.Join(", ", ranges.Select(range => $"countIf({HouseRange(column, range)})"));
            var expected = (await world.World.AskAsync($"SELECT {all} FROM {SecondReaderWorld.Warm(table)}")).Split('\t');
            Assert.Contains(expected, count => count != "0");
            for (var i = 0; i < ranges.Count; i++)
            {
                var duck = world.Duck($"SELECT count(*) FROM {files} WHERE {column} >= {DuckTime(ranges[i].From)} AND {column} < {DuckTime(ranges[i].Until)}");
                Assert.True(expected[i] == duck, $"{column} in {ranges[i]}: the warehouse has {expected[i]} rows, DuckDB sees {duck}");
                var house = await world.World.AskAsync($"SELECT count() FROM {world.World.Iceberg(name)} WHERE {HouseRange(column, ranges[i])}");
                Assert.True(expected[i] == house, $"{column} in {ranges[i]}: the warehouse has {expected[i]} rows, ClickHouse sees {house} in the table");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Footers_HaveTrueBoundsAndZstd(string name)
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var table = ColdTables.All.Single(known => known.Name == name);
        var files = await world.FilesAsync(table);
        var all = SecondReaderWorld.DuckList(files);
        Assert.Equal("ZSTD", world.Duck($"SELECT DISTINCT compression FROM parquet_metadata({all})"));
        foreach (var column in table.Columns.Where(column => column.Type == ColdType.Timestamp).Select(column => column.Name))
        {
            Assert.Equal(
                await world.World.AskAsync($"SELECT min(toUnixTimestamp64Micro({column})), max(toUnixTimestamp64Micro({column})) FROM {SecondReaderWorld.Warm(table)}"),
                world.Duck($"SELECT min(epoch_us(CAST(stats_min AS TIMESTAMPTZ))), max(epoch_us(CAST(stats_max AS TIMESTAMPTZ))) FROM parquet_metadata({all}) WHERE path_in_schema = '{column}'"));
            foreach (var file in files.Select(file => SecondReaderWorld.DuckList([file])))
            {
                // By row group, so that these bounds come from the rows and not from the statistics that they are compared with.
                var real = world.Duck($"""
                    WITH groups AS (SELECT row_group_id, row_group_num_rows, sum(row_group_num_rows) OVER (ORDER BY row_group_id) AS after FROM parquet_metadata({file}) WHERE path_in_schema = '{column}')
                    SELECT row_group_id, count(*), min(epoch_us({column})), max(epoch_us({column})), count(*) - count({column})
                    FROM read_parquet({file}, file_row_number = true) JOIN groups ON file_row_number >= after - row_group_num_rows AND file_row_number < after GROUP BY row_group_id ORDER BY row_group_id
                    """);

                // A footer has them twice, for older readers and for newer ones.
                foreach (var suffix in new[] { "", "_value" })
                {
                    var said = world.Duck($"""
                        SELECT row_group_id, row_group_num_rows, epoch_us(CAST(stats_min{suffix} AS TIMESTAMPTZ)), epoch_us(CAST(stats_max{suffix} AS TIMESTAMPTZ)), stats_null_count
                        FROM parquet_metadata({file}) WHERE path_in_schema = '{column}' ORDER BY row_group_id
                        """);
                    Assert.True(real == said, $"{column}: the rows have {real}, the footer's stats_min{suffix} and stats_max{suffix} say {said}");
                }
            }
        }

        // A file with several row groups and a column of nothing but nulls are among them.
        if (table == ColdTables.SilverTrades) Assert.Equal("2", world.Duck($"SELECT max(num_row_groups) FROM parquet_file_metadata({all})"));
        if (table == ColdTables.BronzeKraken) Assert.Equal("1", world.Duck($"SELECT count(*) FROM parquet_metadata({all}) WHERE path_in_schema = 'timestamp' AND stats_null_count = num_values"));
    }

    [Fact]
    public async Task Columns_OfEveryTable_HaveTheirFieldIds()
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        foreach (var table in world.Cold.Tables)
        {
            var expected = table.Columns.SelectMany(column => column.Type switch
            {
                ColdType.TextList => [$"{column.Name}\t{column.Id}", "list\t\\N", $"element\t{column.ItemId}"],
                ColdType.TextMap => [$"{column.Name}\t{column.Id}", "key_value\t\\N", $"key\t{column.ItemId}", $"value\t{column.ValueId}"],
                _ => new[] { $"{column.Name}\t{column.Id}" },
            });
            foreach (var file in await world.FilesAsync(table))
            {
                var said = world.Duck($"SELECT name, nullif(field_id, -1) FROM parquet_schema({SecondReaderWorld.DuckList([file])})");

                // The first line is the root.
                Assert.Equal(string.Join('\n', expected), said[(said.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task OneDayOrExchange_OfSeveral_ReadsOnlyItsRows(string name)
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var table = ColdTables.All.Single(known => known.Name == name);
        var all = await WarmRowsAsync(table, "true");
        var parts = Enumerable.Range(0, 2).Select(day => HouseRange(table.DayOf, (FirstDay + (day * DayMicroseconds), FirstDay + ((day + 1) * DayMicroseconds)))).ToList();
        if (table.HasExchange) parts.Add("exchange = 'kraken'");
        foreach (var part in parts)
        {
            var rows = await WarmRowsAsync(table, part);
            Assert.InRange(rows, 1, all - 1);

            // What the manifests say is enough, and what the footers say is enough; without both all is read, so the counter does count.
            Assert.Equal(rows, await RowsReadAsync(table, part, ""));
            Assert.Equal(rows, await RowsReadAsync(table, part, NoFooters));
            Assert.Equal(rows, await RowsReadAsync(table, part, NoManifests));
            Assert.Equal(all, await RowsReadAsync(table, part, $"{NoManifests}, {NoFooters}"));
        }
    }

    [Fact]
    public async Task OneMinute_OfALongFile_ReadsAPageOfIt()
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var noon = FirstDay + (DayMicroseconds / 2);
        var minute = HouseRange("timestamp", (noon, noon + 60_000_000));
        var rows = await WarmRowsAsync(ColdTables.SilverTrades, minute);
        var file = await RowsReadAsync(ColdTables.SilverTrades, minute, NoFooters);
        Assert.InRange(rows, 200, 300);
        Assert.InRange(file, 250_000, 280_000);

        // At worst it lies on both sides of a page's end.
        Assert.InRange(await RowsReadAsync(ColdTables.SilverTrades, minute, ""), rows, file / 5);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task TimeTravel_BeforeTheSecondExport_ShowsTheFirst(string name)
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var table = ColdTables.All.Single(known => known.Name == name);
        var first = world.First(table);
        var now = (await world.Cold.SnapshotsAsync(table, default))[0];
        Assert.True(now.Rows > first.Rows && now.At > first.At);
        Assert.Equal(Text(now.Rows), await world.World.AskAsync($"SELECT count() FROM {world.World.Iceberg(name)}"));
        foreach (var then in new[]
        {
            $"iceberg_snapshot_id = {first.Id}", $"iceberg_timestamp_ms = {first.At.ToUnixTimeMilliseconds()}", $"iceberg_timestamp_ms = {now.At.ToUnixTimeMilliseconds() - 1}",
        })
        {
            Assert.Equal(Text(first.Rows), await world.World.AskAsync($"SELECT count() FROM {world.World.Iceberg(name)} SETTINGS {then}"));
        }

        Assert.Equal(Text(now.Rows), await world.World.AskAsync($"SELECT count() FROM {world.World.Iceberg(name)} SETTINGS iceberg_timestamp_ms = {now.At.ToUnixTimeMilliseconds()}"));
    }

    [Fact]
    public async Task Tables_InABucket_AreAuditedAndReadByIcebergS3()
    {
        Assert.SkipWhen(!SecondReaderWorld.HasEngine, NoEngine);
        var stub = s3.Options();

        // With the limits of the product: the fixture's short ones are for faults.
        var options = new S3StoreOptions { Endpoint = stub.Endpoint, Bucket = stub.Bucket, Prefix = stub.Prefix, AccessKeyFile = stub.AccessKeyFile, SecretKeyFile = stub.SecretKeyFile };
        using var cold = await world.World.OpenAsync(S3ObjectStore.Create(options, TimeProvider.System, new Random(5)));
        foreach (var table in cold.Tables)
        {
            var exported = await cold.ExportAsync(table, default);
            var audit = await cold.AuditAsync(table, null, default);
            Assert.Empty(exported.Differences);
            Assert.Empty(audit.Problems);
            Assert.Equal((exported.Rows, 0), (audit.Rows, audit.ColdOnly));
            var bucket = $"icebergS3('{stub.Endpoint!.ToString().TrimEnd('/')}/{stub.Bucket}/{stub.Prefix}/cold/{table.Name}', '{S3Stub.AccessKey}', '{S3Stub.SecretKey}')";
            Assert.Equal(Text(exported.Rows), await world.World.AskAsync($"SELECT count() FROM {bucket}"));
            Assert.Equal(await world.World.AskAsync($"SELECT {HouseFigures(table)} FROM {SecondReaderWorld.Warm(table)}"), await world.World.AskAsync($"SELECT {HouseFigures(table)} FROM {bucket}"));
            var ofDay = HouseRange(table.DayOf, (FirstDay, FirstDay + DayMicroseconds));
            Assert.Equal(Text(await WarmRowsAsync(table, ofDay)), await world.World.AskAsync($"SELECT count() FROM {bucket} WHERE {ofDay}"));
        }
    }

    // The count, the exact sums, and a sum over every value of every row.
    private static string HouseFigures(ColdTable table)
    {
        var values = table.Columns.Select(column => column.Type switch
        {
            ColdType.Decimal => $"toDecimalString({column.Name}, 18)",
            ColdType.Timestamp => $"ifNull(toString(toUnixTimestamp64Micro({column.Name})), 'null')",
            ColdType.Boolean => $"toString(toUInt8({column.Name}))",
            ColdType.Binary => $"hex({column.Name})",
            ColdType.TextList => $"arrayStringConcat({column.Name}, ',')",
            ColdType.TextMap => $"arrayStringConcat(mapKeys({column.Name}), ','), arrayStringConcat(mapValues({column.Name}), ',')",
            ColdType.Text => column.Name,
            _ => $"toString({column.Name})",
        });
        var sums = table.Columns.Where(column => column.Type == ColdType.Decimal).Select(column => $"toDecimalString(sum({column.Name}), 18)");
        return string.Join(", ", ["count()", .. sums, $"sum(toUInt128(reinterpretAsUInt64(substring(MD5(concatWithSeparator('|', {string.Join(", ", values)})), 1, 8))))"]);
    }

    private static string DuckFigures(ColdTable table)
    {
        var values = table.Columns.Select(column => column.Type switch
        {
            ColdType.Timestamp => $"coalesce(CAST(epoch_us({column.Name}) AS VARCHAR), 'null')",
            ColdType.Boolean => $"CAST(CAST({column.Name} AS TINYINT) AS VARCHAR)",
            ColdType.Binary => $"hex({column.Name})",
            ColdType.TextList => $"coalesce(array_to_string({column.Name}, ','), '')",
            ColdType.TextMap => $"coalesce(array_to_string(map_keys({column.Name}), ','), ''), coalesce(array_to_string(map_values({column.Name}), ','), '')",
            ColdType.Text => column.Name,
            _ => $"CAST({column.Name} AS VARCHAR)",
        });
        var sums = table.Columns.Where(column => column.Type == ColdType.Decimal).Select(column => $"CAST(coalesce(sum({column.Name}), 0) AS VARCHAR)");
        return string.Join(", ", ["count(*)", .. sums, $"CAST(coalesce(sum(md5_number_upper(concat_ws('|', {string.Join(", ", values)}))), 0) AS VARCHAR)"]);
    }

    private static string HouseRange(string column, (long From, long Until) range) =>
        string.Create(CultureInfo.InvariantCulture, $"{column} >= fromUnixTimestamp64Micro({range.From}, 'UTC') AND {column} < fromUnixTimestamp64Micro({range.Until}, 'UTC')");

    // A literal with its offset, so that neither a session's time zone nor a function stands between it and the statistics.
    private static string DuckTime(long microseconds) => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMPTZ '{DateTime.UnixEpoch.AddMicroseconds(microseconds):yyyy-MM-dd HH:mm:ss.ffffff}+00'");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> ParquetAsync(ColdTable table) => $"read_parquet({SecondReaderWorld.DuckList(await world.FilesAsync(table))})";

    // The ends of the data to the microsecond, the days, and ranges that begin or end at a row.
    private async Task<IReadOnlyList<(long From, long Until)>> RangesAsync(ColdTable table, string column)
    {
        var micros = $"toUnixTimestamp64Micro(assumeNotNull({column}))";
        var ends = (await world.World.AskAsync($"SELECT min({micros}), max({micros}) FROM {SecondReaderWorld.Warm(table)} WHERE {column} IS NOT NULL")).Split('\t');
        var (least, greatest) = (long.Parse(ends[0], CultureInfo.InvariantCulture), long.Parse(ends[1], CultureInfo.InvariantCulture));
        List<(long From, long Until)> ranges =
        [
            (least, least + 1), (least - 1, least), (greatest, greatest + 1), (greatest + 1, greatest + DayMicroseconds), (least, greatest), (least, greatest + 1), (least + 1, greatest),
            (FirstDay, FirstDay + DayMicroseconds), (FirstDay + DayMicroseconds, FirstDay + (2 * DayMicroseconds)), (FirstDay + DayMicroseconds - 1, FirstDay + DayMicroseconds), (FirstDay, FirstDay),
        ];
        var rows = await world.World.AskAsync($"SELECT DISTINCT {micros} AS at FROM {SecondReaderWorld.Warm(table)} WHERE {column} IS NOT NULL ORDER BY cityHash64(at) LIMIT 12");
        var random = new Random(7);
        foreach (var at in rows.Split('\n').Select(text => long.Parse(text, CultureInfo.InvariantCulture)))
        {
            var length = random.NextInt64(1, 7_200_000_000);
            ranges.AddRange([(at, at + 1), (at, at + length), (at - length, at)]);
        }

        return ranges;
    }

    private async Task<long> WarmRowsAsync(ColdTable table, string condition) =>
        long.Parse(await world.World.AskAsync($"SELECT count() FROM {SecondReaderWorld.Warm(table)} WHERE {condition}"), CultureInfo.InvariantCulture);

    // Only the condition's columns are asked for: with more of them the engine filters while it reads, and its counter shows what was left of the rows.
    private async Task<long> RowsReadAsync(ColdTable table, string condition, string settings)
    {
        var answer = await world.World.AskAsync($"SELECT count() FROM {world.World.Iceberg(table.Name)} WHERE {condition}{(settings.Length > 0 ? " SETTINGS " + settings : "")} FORMAT JSON");
        return JsonDocument.Parse(answer).RootElement.GetProperty("statistics").GetProperty("rows_read").GetInt64();
    }
}
