namespace K2.ColdTier.Iceberg;

/// <summary>A column, or a field of a struct. Readers find it in a file by its id, whatever its name.</summary>
/// <param name="Id">Unique in the table, never used twice.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Required">Whether it is never null.</param>
public sealed record IcebergField(int Id, string Name, IcebergType Type, bool Required);
