namespace K2.Abstractions.Cold.Tables;

/// <summary>A column of a cold table.</summary>
/// <param name="Id">Its Iceberg field id: fixed for ever, never used twice in a table.</param>
/// <param name="Name">Its name, as in the ClickHouse view.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nullable">Whether it may be null.</param>
/// <param name="ItemId">The field id of a list's elements or of a map's keys, else 0.</param>
/// <param name="ValueId">The field id of a map's values, else 0.</param>
/// <param name="IsStamp">
/// Whether it only says when the warehouse wrote the row. A row that is written again after a lost answer gets a later one, so it is no part of the row's checksum.
/// </param>
public sealed record ColdColumn(int Id, string Name, ColdType Type, bool Nullable = false, int ItemId = 0, int ValueId = 0, bool IsStamp = false)
{
    /// <summary>The ClickHouse type that rows are read as: these few are all that is ever decoded.</summary>
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
                ColdType.TextList => "Array(String)",
                _ => "Map(String, String)",
            };
            return Nullable ? $"Nullable({plain})" : plain;
        }
    }
}
