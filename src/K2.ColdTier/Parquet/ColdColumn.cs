namespace K2.ColdTier.Parquet;

/// <summary>A column of a cold table.</summary>
/// <param name="Id">Its Iceberg field id: fixed for ever, never used twice in a table.</param>
/// <param name="Name">Its name, as in the ClickHouse view.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nullable">Whether it may be null.</param>
/// <param name="KeyId">The field id of a map's keys, else 0.</param>
/// <param name="ValueId">The field id of a map's values, else 0.</param>
public sealed record ColdColumn(int Id, string Name, ColdType Type, bool Nullable = false, int KeyId = 0, int ValueId = 0)
{
    /// <summary>The ClickHouse type that an export casts to, so that only these few types are ever decoded. A map has no null in ClickHouse: there it is empty.</summary>
    public string ClickHouseType
    {
        get
        {
            var plain = Type switch
            {
                ColdType.Long => "Int64",
                ColdType.Int => "Int32",
                ColdType.Text or ColdType.Binary => "String",
                ColdType.Boolean => "Bool",
                ColdType.Decimal => "Decimal(38, 18)",
                ColdType.Timestamp => "DateTime64(6, 'UTC')",
                _ => "Map(String, String)",
            };
            return Nullable && Type != ColdType.TextMap ? $"Nullable({plain})" : plain;
        }
    }
}
