using System.Text;
using System.Text.Json.Nodes;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Metadata;
using K2.TestKit.Cold;
using Microsoft.Extensions.Time.Testing;

namespace K2.ColdTier.Tests.Iceberg;

public sealed class MetadataTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly InMemoryObjectStore _store;

    public MetadataTests() => _store = new InMemoryObjectStore(_time);

    [Fact]
    public async Task Metadata_ComesBackAsItWas()
    {
        var table = await Tables.CreateAsync(_store, _time);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 20000, "binance", 3), new WatermarkStep("p/0", null, 7)), default);
        await table.AddColumnAsync("added", IcebergType.Map(IcebergType.String, IcebergType.Long), default);
        var written = (await table.LoadAsync(default)).Metadata;

        var again = MetadataJson.Read(MetadataJson.Write(written), "x");

        Assert.Equal(Encoding.UTF8.GetString(MetadataJson.Write(written)), Encoding.UTF8.GetString(MetadataJson.Write(again)));
        Assert.Equal("timestamp_day", again.Spec.Fields[0].Name);
    }

    [Fact]
    public async Task Metadata_HasEveryFieldThatReadersInsistOn()
    {
        var table = await Tables.CreateAsync(_store, _time);
        var empty = JsonNode.Parse((await _store.GetAsync("cold/trades/metadata/v1.metadata.json", default))!)!;
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 20000, "binance", 3)), default);
        var json = JsonNode.Parse((await _store.GetAsync("cold/trades/metadata/v2.metadata.json", default))!)!;

        Assert.Equal(-1, empty["current-snapshot-id"]!.GetValue<long>());
        foreach (var field in new[]
        {
            "format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms", "last-column-id", "current-schema-id", "schemas", "default-spec-id", "partition-specs", "last-partition-id",
            "default-sort-order-id", "sort-orders", "properties", "current-snapshot-id", "refs", "snapshots", "snapshot-log", "metadata-log",
        }) Assert.True(json[field] is not null, field);
        foreach (var field in new[] { "snapshot-id", "sequence-number", "timestamp-ms", "summary", "manifest-list", "schema-id" }) Assert.True(json["snapshots"]![0]![field] is not null, field);
        Assert.Contains("\"field-id\":7,\"names\":[\"element\"]", json["properties"]!["schema.name-mapping.default"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("2", Encoding.ASCII.GetString((await _store.GetAsync("cold/trades/metadata/version-hint.text", default))!));
    }

    [Fact]
    public async Task Files_ComeBackAsTheyWere()
    {
        var table = await Tables.CreateAsync(_store, _time);
        var file = await Tables.FileAsync(_store, 20000, "binance", 3);
        await table.CommitAsync(Tables.Append(file), default);

        var read = Assert.Single(await table.FilesAsync());

        Assert.Equivalent(file, read, strict: true);
    }

    [Fact]
    public async Task AddedColumn_GetsAFreshIdAndAskingAgainDoesNothing()
    {
        var table = await Tables.CreateAsync(_store, _time);

        Assert.True(await table.AddColumnAsync("added", IcebergType.Long, default));
        Assert.False(await table.AddColumnAsync("added", IcebergType.Long, default));
        await Assert.ThrowsAsync<CommitConflictException>(() => table.AddColumnAsync("added", IcebergType.String, default));

        var metadata = (await table.LoadAsync(default)).Metadata;
        Assert.Equal((10, 10, 1, 2), (metadata.Schema["added"].Id, metadata.LastColumnId, metadata.CurrentSchemaId, metadata.Schemas.Length));
    }

    [Fact]
    public async Task TimeTravel_FindsTheSnapshotOfATime()
    {
        var table = await Tables.CreateAsync(_store, _time);
        var ids = new List<long>();
        for (var hour = 0; hour < 3; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            ids.Add((await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 20000, "binance", 3)), default)).SnapshotId!.Value);
        }

        var metadata = (await table.LoadAsync(default)).Metadata;
        Assert.Equal(ids[1], metadata.AsOf(_time.GetUtcNow() - TimeSpan.FromMinutes(10))!.Id);
        Assert.Equal(ids[2], metadata.AsOf(_time.GetUtcNow())!.Id);
        Assert.Null(metadata.AsOf(_time.GetUtcNow() - TimeSpan.FromHours(5)));
        Assert.Equal(6, metadata.Find(ids[1])!.Summary["total-records"] is var text ? long.Parse(text) : 0);
    }

    [Fact]
    public async Task ClockThatGoesBack_DoesNotTurnSnapshotsRound()
    {
        var table = await Tables.CreateAsync(_store, _time);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 20000, "binance", 3)), default);
        var earlier = Tables.Open(_store, new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromHours(1)));
        await earlier.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 20000, "binance", 3)), default);

        var times = (await table.LoadAsync(default)).Metadata.Snapshots.Select(snapshot => snapshot.TimestampMs).ToList();

        Assert.True(times[0] < times[1]);
    }

    [Theory]
    [InlineData("""{"format-version":3}""", "version 3")]
    [InlineData("""{"format-version":1}""", "version 1")]
    [InlineData("""{"a":1}""", "not the metadata")]
    [InlineData("nonsense", "not the metadata")]
    public async Task UnknownTable_IsOneClearError(string json, string part)
    {
        await _store.PutAsync("cold/trades/metadata/v1.metadata.json", Encoding.UTF8.GetBytes(json), default);

        var failure = await Assert.ThrowsAsync<TableFormatException>(() => Tables.Open(_store, _time).LoadAsync(default));

        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }
}
