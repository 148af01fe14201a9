using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>Schemas, partition specs and sort orders as JSON, the same in metadata files and in the headers of manifests.</summary>
internal static class SchemaJson
{
    public static JsonObject Write(IcebergSchema schema)
    {
        var json = Fields(schema.Fields);
        json["schema-id"] = schema.SchemaId;
        return json;
    }

    public static IcebergSchema ReadSchema(JsonNode json) => new(json["schema-id"]!.GetValue<int>(), ReadFields(json));

    public static JsonArray Write(PartitionSpec spec) => new([.. spec.Fields.Select(field => new JsonObject
    {
        ["name"] = field.Name,
        ["transform"] = field.Transform,
        ["source-id"] = field.SourceId,
        ["field-id"] = field.FieldId,
    })]);

    public static PartitionSpec ReadSpec(JsonNode json) => new(
        json["spec-id"]!.GetValue<int>(),
        [.. json["fields"]!.AsArray().Select(field => new PartitionField(field!["source-id"]!.GetValue<int>(), field["field-id"]!.GetValue<int>(), field["name"]!.GetValue<string>(), field["transform"]!.GetValue<string>()))]);

    public static JsonObject Write(SortOrder order) => new()
    {
        ["order-id"] = order.OrderId,
        ["fields"] = new JsonArray([.. order.SourceIds.Select(id => new JsonObject { ["transform"] = "identity", ["source-id"] = id, ["direction"] = "asc", ["null-order"] = "nulls-first" })]),
    };

    public static SortOrder ReadOrder(JsonNode json) => new(json["order-id"]!.GetValue<int>(), [.. json["fields"]!.AsArray().Select(field => field!["source-id"]!.GetValue<int>())]);

    private static JsonObject Fields(IReadOnlyList<IcebergField> fields) => new()
    {
        ["type"] = "struct",
        ["fields"] = new JsonArray([.. fields.Select(field => new JsonObject { ["id"] = field.Id, ["name"] = field.Name, ["required"] = field.Required, ["type"] = Write(field.Type) })]),
    };

    private static List<IcebergField> ReadFields(JsonNode json) =>
        [.. json["fields"]!.AsArray().Select(field => new IcebergField(field!["id"]!.GetValue<int>(), field["name"]!.GetValue<string>(), Read(field["type"]!), field["required"]!.GetValue<bool>()))];

    private static JsonNode Write(IcebergType type) => type switch
    {
        PrimitiveType primitive => JsonValue.Create(primitive.Name),
        ListType list => new JsonObject { ["type"] = "list", ["element-id"] = list.ElementId, ["element"] = Write(list.Element), ["element-required"] = list.ElementRequired },
        MapType map => new JsonObject
        {
            ["type"] = "map",
            ["key-id"] = map.KeyId,
            ["key"] = Write(map.Key),
            ["value-id"] = map.ValueId,
            ["value"] = Write(map.Value),
            ["value-required"] = map.ValueRequired,
        },
        StructType fields => Fields(fields.Fields),
        _ => throw new ArgumentException($"unknown type {type}", nameof(type)),
    };

    private static IcebergType Read(JsonNode json)
    {
        if (json is JsonValue name) return new PrimitiveType(name.GetValue<string>());
        return json["type"]!.GetValue<string>() switch
        {
            "list" => new ListType(json["element-id"]!.GetValue<int>(), Read(json["element"]!), json["element-required"]!.GetValue<bool>()),
            "map" => new MapType(json["key-id"]!.GetValue<int>(), Read(json["key"]!), json["value-id"]!.GetValue<int>(), Read(json["value"]!), json["value-required"]!.GetValue<bool>()),
            "struct" => new StructType(ReadFields(json)),
            var other => throw new TableFormatException($"the type {other} is not supported"),
        };
    }
}
