namespace K2.Abstractions.Cold;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="LastModified">When it was written, by the store's wall clock (never the data's clock).</param>
public readonly record struct StoredObject(string Key, long Size, DateTimeOffset LastModified);
