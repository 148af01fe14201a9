namespace K2.ColdTier.Parquet;

/// <summary>The types of the cold tables' columns.</summary>
public enum ColdType
{
    /// <summary>64-bit integer.</summary>
    Long,

    /// <summary>32-bit integer.</summary>
    Int,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>decimal(38, 18) by its mantissa.</summary>
    Decimal,

    /// <summary>Whole microseconds since 1970-01-01 UTC.</summary>
    Timestamp,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>Text to text.</summary>
    TextMap,
}
