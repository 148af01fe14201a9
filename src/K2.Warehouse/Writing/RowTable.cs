using K2.Abstractions.Warehouse;

namespace K2.Warehouse.Writing;

/// <summary>How items become rows of one table, and what is kept of a row that the table refuses.</summary>
/// <param name="Name">The table.</param>
/// <param name="Build">Makes one block of items.</param>
/// <param name="Single">Cuts an item into items of one row each.</param>
/// <param name="Letter">Makes a dead letter of a refused row and the reason; null where the row must not be left out, so that its caller fails.</param>
internal sealed record RowTable<T>(string Name, Func<IReadOnlyList<T>, NativeBlock> Build, Func<T, IEnumerable<T>> Single, Func<T, string, DeadLetter>? Letter);
