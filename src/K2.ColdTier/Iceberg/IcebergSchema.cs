namespace K2.ColdTier.Iceberg;

/// <summary>The columns of a table at one time.</summary>
/// <param name="SchemaId">Its number in the table.</param>
/// <param name="Fields">The columns.</param>
public sealed record IcebergSchema(int SchemaId, IReadOnlyList<IcebergField> Fields)
{
    /// <summary>The highest id in use.</summary>
    public int LastColumnId => Fields.Max(column => Highest(column.Id, column.Type));

    /// <summary>Makes the first schema of a table; the columns get the ids 1, 2, … and what is nested in them the ids after those.</summary>
    public static IcebergSchema Create(params (string Name, IcebergType Type, bool Required)[] columns)
    {
        var last = columns.Length;
        return new IcebergSchema(0, [.. columns.Select((column, index) => new IcebergField(index + 1, column.Name, column.Type.WithIds(() => ++last), column.Required))]);
    }

    /// <summary>The column of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public IcebergField this[string name] => Fields.FirstOrDefault(column => column.Name == name) ?? throw new KeyNotFoundException($"no column {name}");

    /// <summary>A schema with one more column, which is null in all rows so far.</summary>
    /// <exception cref="ArgumentException">There is such a column.</exception>
    internal IcebergSchema With(string name, IcebergType type, int schemaId, int lastColumnId)
    {
        if (Fields.Any(field => field.Name == name)) throw new ArgumentException($"there is a column {name} already", nameof(name));
        var last = lastColumnId + 1;
        return new IcebergSchema(schemaId, [.. Fields, new IcebergField(last, name, type.WithIds(() => ++last), false)]);
    }

    private static int Highest(int id, IcebergType type) => type switch
    {
        ListType list => Math.Max(Math.Max(id, list.ElementId), Highest(id, list.Element)),
        MapType map => Math.Max(Math.Max(id, Math.Max(map.KeyId, map.ValueId)), Math.Max(Highest(id, map.Key), Highest(id, map.Value))),
        StructType fields => fields.Fields.Select(field => Highest(field.Id, field.Type)).Append(id).Max(),
        _ => id,
    };
}
