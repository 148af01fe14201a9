using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>The Avro schemas of manifests and their lists, with the field ids of the specification: readers go by those.</summary>
internal static class ManifestSchemas
{
    /// <summary>The schema of a manifest list.</summary>
    public static readonly string ManifestList = Record(
        "manifest_file",
        Field("manifest_path", 500, "string"),
        Field("manifest_length", 501, "long"),
        Field("partition_spec_id", 502, "int"),
        Field("content", 517, "int"),
        Field("sequence_number", 515, "long"),
        Field("min_sequence_number", 516, "long"),
        Field("added_snapshot_id", 503, "long"),
        Field("added_files_count", 504, "int"),
        Field("existing_files_count", 505, "int"),
        Field("deleted_files_count", 506, "int"),
        Field("added_rows_count", 512, "long"),
        Field("existing_rows_count", 513, "long"),
        Field("deleted_rows_count", 514, "long"),
        Optional("partitions", 507, new JsonObject
        {
            ["type"] = "array",
            ["items"] = Record("r508", Field("contains_null", 509, "boolean"), Optional("contains_nan", 518, "boolean"), Optional("lower_bound", 510, "bytes"), Optional("upper_bound", 511, "bytes")),
            ["element-id"] = 508,
        }),
        Optional("key_metadata", 519, "bytes")).ToJsonString();

    /// <summary>The schema of a manifest, which depends on the types of the partitions.</summary>
    public static string Manifest(IcebergSchema schema, PartitionSpec spec)
    {
        var partition = Record("r102", [.. spec.Fields.Select(field => Optional(field.Name, field.FieldId, PartitionType(field.ResultType(schema))))]);
        var file = Record(
            "r2",
            Field("content", 134, "int"),
            Field("file_path", 100, "string"),
            Field("file_format", 101, "string"),
            Field("partition", 102, partition),
            Field("record_count", 103, "long"),
            Field("file_size_in_bytes", 104, "long"),
            Map("column_sizes", 108, 117, 118, "long"),
            Map("value_counts", 109, 119, 120, "long"),
            Map("null_value_counts", 110, 121, 122, "long"),
            Map("nan_value_counts", 137, 138, 139, "long"),
            Map("lower_bounds", 125, 126, 127, "bytes"),
            Map("upper_bounds", 128, 129, 130, "bytes"),
            Optional("key_metadata", 131, "bytes"),
            Optional("split_offsets", 132, new JsonObject { ["type"] = "array", ["items"] = "long", ["element-id"] = 133 }),
            Optional("equality_ids", 135, new JsonObject { ["type"] = "array", ["items"] = "int", ["element-id"] = 136 }),
            Optional("sort_order_id", 140, "int"));
        return Record("manifest_entry", Field("status", 0, "int"), Optional("snapshot_id", 1, "long"), Optional("sequence_number", 3, "long"), Optional("file_sequence_number", 4, "long"), Field("data_file", 2, file)).ToJsonString();
    }

    private static JsonNode PartitionType(IcebergType type) => ((PrimitiveType)type).Name switch
    {
        "date" => new JsonObject { ["type"] = "int", ["logicalType"] = "date" },
        var name and ("int" or "long" or "boolean" or "string") => JsonValue.Create(name),
        var other => throw new TableFormatException($"a partition by a {other} is not supported"),
    };

    private static JsonObject Record(string name, params JsonObject[] fields) => new() { ["type"] = "record", ["name"] = name, ["fields"] = new JsonArray([.. fields]) };

    private static JsonObject Field(string name, int id, JsonNode type) => new() { ["name"] = name, ["type"] = type, ["field-id"] = id };

    private static JsonObject Optional(string name, int id, JsonNode type) => new() { ["name"] = name, ["type"] = new JsonArray(JsonValue.Create("null"), type), ["default"] = null, ["field-id"] = id };

    // Avro's maps have text keys; the specification's are lists of pairs that are said to be a map.
    private static JsonObject Map(string name, int id, int keyId, int valueId, string value) => Optional(name, id, new JsonObject
    {
        ["type"] = "array",
        ["items"] = Record($"k{keyId}_v{valueId}", Field("key", keyId, "int"), Field("value", valueId, value)),
        ["logicalType"] = "map",
    });
}
