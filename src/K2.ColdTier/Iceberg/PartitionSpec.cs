namespace K2.ColdTier.Iceberg;

/// <summary>How the rows of a table are divided into files.</summary>
/// <param name="SpecId">Its number in the table.</param>
/// <param name="Fields">The parts of a partition's name.</param>
public sealed record PartitionSpec(int SpecId, IReadOnlyList<PartitionField> Fields)
{
    private const int FirstFieldId = 1000;

    /// <summary>The highest id in use.</summary>
    internal int LastFieldId => Fields.Count == 0 ? FirstFieldId - 1 : Fields.Max(part => part.FieldId);

    /// <summary>Makes the first spec of a table: pairs of a column and a transform (<c>day</c> or <c>identity</c>).</summary>
    public static PartitionSpec Create(IcebergSchema schema, params (string Column, string Transform)[] parts) =>
        new(0, [.. parts.Select((part, index) => new PartitionField(schema[part.Column].Id, FirstFieldId + index, part.Transform == "day" ? $"{part.Column}_day" : part.Column, part.Transform))]);
}
