namespace K2.EndToEnd.Tests.Reference;

/// <summary>A trade as read from the independent files of real trades.</summary>
public sealed record ReferenceTrade(string Symbol, long Id, decimal Price, decimal Quantity, DateTime Time, bool BuyerIsMaker);
