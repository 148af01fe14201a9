namespace K2.Warehouse.Writing;

/// <summary>One row that its table refuses.</summary>
/// <param name="Row">An item of that row alone.</param>
/// <param name="Reason">ClickHouse's words, or why the row has no stored form.</param>
internal readonly record struct RefusedRow<T>(T Row, string Reason);
