using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>Metadata files. Every field of the specification is written, also those it calls optional: some readers return no rows without them.</summary>
internal static class MetadataJson
{
    public static byte[] Write(TableMetadata table)
    {
        var json = new JsonObject
        {
            ["format-version"] = TableMetadata.FormatVersion,
            ["table-uuid"] = table.TableUuid.ToString(),
            ["location"] = table.Location,
            ["last-sequence-number"] = table.LastSequenceNumber,
            ["last-updated-ms"] = table.LastUpdatedMs,
            ["last-column-id"] = table.LastColumnId,
            ["current-schema-id"] = table.CurrentSchemaId,
            ["schemas"] = new JsonArray([.. table.Schemas.Select(SchemaJson.Write)]),
            ["default-spec-id"] = table.DefaultSpecId,
            ["partition-specs"] = new JsonArray([.. table.Specs.Select(spec => new JsonObject { ["spec-id"] = spec.SpecId, ["fields"] = SchemaJson.Write(spec) })]),
            ["last-partition-id"] = table.LastPartitionId,
            ["default-sort-order-id"] = table.DefaultSortOrderId,
            ["sort-orders"] = new JsonArray([.. table.SortOrders.Select(SchemaJson.Write)]),
            ["properties"] = Texts(table.Properties),
            // What a table without a snapshot is said to have.
            ["current-snapshot-id"] = table.CurrentSnapshotId ?? -1,
            ["refs"] = new JsonObject([.. table.References.Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, new JsonObject { ["snapshot-id"] = pair.Value.SnapshotId, ["type"] = pair.Value.Type }))]),
            ["snapshots"] = new JsonArray([.. table.Snapshots.Select(Write)]),
            ["statistics"] = new JsonArray(),
            ["partition-statistics"] = new JsonArray(),
            ["snapshot-log"] = new JsonArray([.. table.SnapshotLog.Select(entry => new JsonObject { ["timestamp-ms"] = entry.TimestampMs, ["snapshot-id"] = entry.SnapshotId })]),
            ["metadata-log"] = new JsonArray([.. table.MetadataLog.Select(entry => new JsonObject { ["timestamp-ms"] = entry.TimestampMs, ["metadata-file"] = entry.MetadataFile })]),
        };
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>Reads a metadata file.</summary>
    /// <exception cref="TableFormatException">It is of another version or is none.</exception>
    public static TableMetadata Read(byte[] bytes, string where)
    {
        try
        {
            var json = JsonNode.Parse(bytes)!;
            var version = json["format-version"]!.GetValue<int>();
            if (version != TableMetadata.FormatVersion) throw new TableFormatException($"{where} is an Iceberg table of version {version}; only version {TableMetadata.FormatVersion} is supported: move it away, or keep the tables elsewhere (K2:Cold:Folder or K2:Cold:Prefix)");
            return Read(json);
        }
        catch (Exception wrong) when (wrong is JsonException or NullReferenceException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new TableFormatException($"{where} is not the metadata of an Iceberg table: {wrong.Message}", wrong);
        }
    }

    private static TableMetadata Read(JsonNode json) => new()
    {
        TableUuid = Guid.Parse(json["table-uuid"]!.GetValue<string>()),
        Location = json["location"]!.GetValue<string>(),
        LastSequenceNumber = Long(json["last-sequence-number"]),
        LastUpdatedMs = Long(json["last-updated-ms"]),
        LastColumnId = json["last-column-id"]!.GetValue<int>(),
        CurrentSchemaId = json["current-schema-id"]!.GetValue<int>(),
        Schemas = Array(json["schemas"], SchemaJson.ReadSchema),
        DefaultSpecId = json["default-spec-id"]!.GetValue<int>(),
        Specs = Array(json["partition-specs"], SchemaJson.ReadSpec),
        LastPartitionId = json["last-partition-id"]!.GetValue<int>(),
        DefaultSortOrderId = json["default-sort-order-id"]!.GetValue<int>(),
        SortOrders = Array(json["sort-orders"], SchemaJson.ReadOrder),
        Properties = Texts(json["properties"]),
        CurrentSnapshotId = json["current-snapshot-id"] is { } current && Long(current) != -1 ? Long(current) : null,
        References = (json["refs"]?.AsObject() ?? []).ToImmutableSortedDictionary(pair => pair.Key, pair => new SnapshotReference(Long(pair.Value!["snapshot-id"]), pair.Value["type"]!.GetValue<string>()), StringComparer.Ordinal),
        Snapshots = Array(json["snapshots"], ReadSnapshot),
        SnapshotLog = Array(json["snapshot-log"], entry => new SnapshotLogEntry(Long(entry["timestamp-ms"]), Long(entry["snapshot-id"]))),
        MetadataLog = Array(json["metadata-log"], entry => new MetadataLogEntry(Long(entry["timestamp-ms"]), entry["metadata-file"]!.GetValue<string>())),
    };

    private static JsonObject Write(Snapshot snapshot)
    {
        var json = new JsonObject
        {
            ["snapshot-id"] = snapshot.Id,
            ["sequence-number"] = snapshot.SequenceNumber,
            ["timestamp-ms"] = snapshot.TimestampMs,
            ["summary"] = Texts(snapshot.Summary),
            ["manifest-list"] = snapshot.ManifestList,
            ["schema-id"] = snapshot.SchemaId,
        };
        if (snapshot.ParentId is { } parent) json["parent-snapshot-id"] = parent;
        return json;
    }

    private static Snapshot ReadSnapshot(JsonNode json) => new(
        Long(json["snapshot-id"]),
        json["parent-snapshot-id"] is { } parent ? Long(parent) : null,
        Long(json["sequence-number"]),
        Long(json["timestamp-ms"]),
        json["manifest-list"]!.GetValue<string>(),
        json["schema-id"]!.GetValue<int>(),
        Texts(json["summary"]));

    private static long Long(JsonNode? json) => json!.GetValue<long>();

    private static ImmutableArray<T> Array<T>(JsonNode? json, Func<JsonNode, T> read) => json is null ? [] : [.. json.AsArray().Select(item => read(item!))];

    private static JsonObject Texts(ImmutableSortedDictionary<string, string> texts) => new([.. texts.Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, JsonValue.Create(pair.Value)))]);

    private static ImmutableSortedDictionary<string, string> Texts(JsonNode? json) =>
        (json?.AsObject() ?? []).ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal);
}
