using System.Text.Json.Nodes;

namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>Names for field ids, for files whose columns have no ids.</summary>
internal static class NameMapping
{
    /// <summary>The property of a table that holds it.</summary>
    public const string Property = "schema.name-mapping.default";

    /// <summary>The mapping of a schema.</summary>
    public static string Of(IcebergSchema schema) => new JsonArray([.. schema.Fields.Select(field => Entry(field.Id, field.Name, field.Type))]).ToJsonString();

    private static JsonObject Entry(int id, string name, IcebergType type)
    {
        var entry = new JsonObject { ["field-id"] = id, ["names"] = new JsonArray(JsonValue.Create(name)) };
        JsonNode[] nested = type switch
        {
            ListType list => [Entry(list.ElementId, "element", list.Element)],
            MapType map => [Entry(map.KeyId, "key", map.Key), Entry(map.ValueId, "value", map.Value)],
            StructType fields => [.. fields.Fields.Select(field => Entry(field.Id, field.Name, field.Type))],
            _ => [],
        };
        if (nested.Length > 0) entry["fields"] = new JsonArray(nested);
        return entry;
    }
}
