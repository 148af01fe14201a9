using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using ParquetSharp;
using ParquetSharp.Schema;

namespace K2.ColdTier.Parquet;

/// <summary>A cold table's columns in the words of Iceberg and of Parquet, with the same ids.</summary>
internal static class ColdSchema
{
    private const int Precision = 38;
    private const int Scale = 18;
    private const int DecimalBytes = 16;

    /// <summary>The table's first schema in Iceberg.</summary>
    public static IcebergSchema Iceberg(ColdTable table) => new(0, [.. table.Columns.Select(column => new IcebergField(column.Id, column.Name, IcebergOf(column), !column.Nullable))]);

    /// <summary>How the table is divided: by day, and by exchange where there are several.</summary>
    public static PartitionSpec Partitions(ColdTable table, IcebergSchema schema) =>
        table.HasExchange ? PartitionSpec.Create(schema, (table.DayOf, "day"), ("exchange", "identity")) : PartitionSpec.Create(schema, (table.DayOf, "day"));

    /// <summary>The order of its rows.</summary>
    public static Iceberg.SortOrder Order(ColdTable table, IcebergSchema schema) => K2.ColdTier.Iceberg.SortOrder.Create(schema, [.. table.SortedBy]);

    /// <summary>The type of a column in Iceberg.</summary>
    public static IcebergType IcebergOf(ColdColumn column) => column.Type switch
    {
        ColdType.Long => IcebergType.Long,
        ColdType.Int => IcebergType.Int,
        ColdType.Text => IcebergType.String,
        ColdType.Boolean => IcebergType.Boolean,
        ColdType.Decimal => IcebergType.Decimal(Scale),
        ColdType.Timestamp => IcebergType.TimestampTz,
        ColdType.Binary => IcebergType.Binary,
        ColdType.TextList => new ListType(column.ItemId, IcebergType.String, true),
        _ => new MapType(column.ItemId, IcebergType.String, column.ValueId, IcebergType.String, true),
    };

    /// <summary>The schema of a file. The nodes belong to the caller, who disposes of them.</summary>
    public static GroupNode Parquet(ColdTable table) => new("table", Repetition.Required, [.. table.Columns.Select(Node)]);

    private static Node Node(ColdColumn column)
    {
        var repetition = column.Nullable ? Repetition.Optional : Repetition.Required;
        return column.Type switch
        {
            ColdType.Long => new PrimitiveNode(column.Name, repetition, LogicalType.Int(64, true), PhysicalType.Int64, -1, column.Id),
            ColdType.Int => new PrimitiveNode(column.Name, repetition, LogicalType.Int(32, true), PhysicalType.Int32, -1, column.Id),
            ColdType.Text => Text(column.Name, repetition, column.Id),
            ColdType.Boolean => new PrimitiveNode(column.Name, repetition, LogicalType.None(), PhysicalType.Boolean, -1, column.Id),
            ColdType.Decimal => new PrimitiveNode(column.Name, repetition, LogicalType.Decimal(Precision, Scale), PhysicalType.FixedLenByteArray, DecimalBytes, column.Id),
            ColdType.Timestamp => new PrimitiveNode(column.Name, repetition, LogicalType.Timestamp(true, TimeUnit.Micros), PhysicalType.Int64, -1, column.Id),
            ColdType.Binary => new PrimitiveNode(column.Name, repetition, LogicalType.None(), PhysicalType.ByteArray, -1, column.Id),
            ColdType.TextList => new GroupNode(column.Name, repetition, [new GroupNode("list", Repetition.Repeated, [Text("element", Repetition.Required, column.ItemId)])], LogicalType.List(), column.Id),
            _ => new GroupNode(
                column.Name,
                repetition,
                [new GroupNode("key_value", Repetition.Repeated, [Text("key", Repetition.Required, column.ItemId), Text("value", Repetition.Required, column.ValueId)])],
                LogicalType.Map(),
                column.Id),
        };
    }

    private static PrimitiveNode Text(string name, Repetition repetition, int id) => new(name, repetition, LogicalType.String(), PhysicalType.ByteArray, -1, id);
}
