namespace K2.ColdTier.Iceberg;

/// <summary>A type of Iceberg v2. The types that the cold tables use; a table with another one cannot be read.</summary>
public abstract record IcebergType
{
    /// <summary>32-bit integer.</summary>
    public static readonly IcebergType Int = new PrimitiveType("int");

    /// <summary>64-bit integer.</summary>
    public static readonly IcebergType Long = new PrimitiveType("long");

    /// <summary>Text, UTF-8.</summary>
    public static readonly IcebergType String = new PrimitiveType("string");

    /// <summary>True or false.</summary>
    public static readonly IcebergType Boolean = new PrimitiveType("boolean");

    /// <summary>Bytes.</summary>
    public static readonly IcebergType Binary = new PrimitiveType("binary");

    /// <summary>Days since 1970-01-01: the result of the day transform.</summary>
    public static readonly IcebergType Date = new PrimitiveType("date");

    /// <summary>Whole microseconds since 1970-01-01 UTC.</summary>
    public static readonly IcebergType TimestampTz = new PrimitiveType("timestamptz");

    /// <summary>A decimal of 38 digits with this many of them behind the point.</summary>
    public static IcebergType Decimal(int scale) => new PrimitiveType($"decimal(38, {scale})");

    /// <summary>A list; ids are given by <see cref="IcebergSchema.Create"/>.</summary>
    public static IcebergType List(IcebergType element, bool elementRequired = true) => new ListType(0, element, elementRequired);

    /// <summary>A map; ids are given by <see cref="IcebergSchema.Create"/>.</summary>
    public static IcebergType Map(IcebergType key, IcebergType value, bool valueRequired = true) => new MapType(0, key, 0, value, valueRequired);

    /// <summary>The same type with new ids for what is nested in it.</summary>
    internal virtual IcebergType WithIds(Func<int> next) => this;
}

/// <summary>A type without parts, by the name that the specification gives it.</summary>
public sealed record PrimitiveType(string Name) : IcebergType;

/// <summary>A list.</summary>
public sealed record ListType(int ElementId, IcebergType Element, bool ElementRequired) : IcebergType
{
    internal override IcebergType WithIds(Func<int> next) => new ListType(next(), Element.WithIds(next), ElementRequired);
}

/// <summary>A map.</summary>
public sealed record MapType(int KeyId, IcebergType Key, int ValueId, IcebergType Value, bool ValueRequired) : IcebergType
{
    internal override IcebergType WithIds(Func<int> next)
    {
        var (key, value) = (next(), next());
        return new MapType(key, Key.WithIds(next), value, Value.WithIds(next), ValueRequired);
    }
}

/// <summary>Fields in an order.</summary>
public sealed record StructType(IReadOnlyList<IcebergField> Fields) : IcebergType
{
    internal override IcebergType WithIds(Func<int> next)
    {
        var ids = Fields.Select(_ => next()).ToList();
        return new StructType([.. Fields.Select((field, index) => field with { Id = ids[index], Type = field.Type.WithIds(next) })]);
    }
}
