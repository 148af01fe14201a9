namespace K2.Abstractions.Cold.Tables;

/// <summary>The types of the cold tables' columns.</summary>
public enum ColdType
{
    /// <summary>64-bit integer.</summary>
    Long = 1,

    /// <summary>32-bit integer.</summary>
    Int = 2,

    /// <summary>UTF-8 text.</summary>
    Text = 3,

    /// <summary>True or false.</summary>
    Boolean = 4,

    /// <summary>decimal(38, 18) by its mantissa.</summary>
    Decimal = 5,

    /// <summary>Whole microseconds since 1970-01-01 UTC.</summary>
    Timestamp = 6,

    /// <summary>Bytes.</summary>
    Binary = 7,

    /// <summary>Texts in an order; never null, maybe empty.</summary>
    TextList = 8,

    /// <summary>Text to text; never null, maybe empty.</summary>
    TextMap = 9,
}
