namespace K2.ColdTier.Iceberg;

/// <summary>One part of a partition's name.</summary>
/// <param name="SourceId">The column it comes from.</param>
/// <param name="FieldId">Its own id, from 1000.</param>
/// <param name="Name">Its name.</param>
/// <param name="Transform"><c>day</c> of a timestamp, or <c>identity</c>.</param>
public sealed record PartitionField(int SourceId, int FieldId, string Name, string Transform)
{
    /// <summary>The type of its values: a date (days as int) or the column's own.</summary>
    internal IcebergType ResultType(IcebergSchema schema) => Transform switch
    {
        "day" => IcebergType.Date,
        "identity" => schema.Fields.Single(field => field.Id == SourceId).Type,
        _ => throw new TableFormatException($"the partition transform {Transform} is not supported"),
    };
}
