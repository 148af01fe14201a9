namespace K2.Abstractions.Warehouse;

/// <summary>Keys of registered readers.</summary>
public static class WarehouseReaders
{
    /// <summary>The key of the <see cref="IWarehouseReader"/> that reads rows of any age; the one without a key where the host registers no other.</summary>
    public const string History = "k2-history";
}
