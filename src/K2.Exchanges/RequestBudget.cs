namespace K2.Exchanges;

/// <summary>How much of a REST API may be used.</summary>
/// <param name="Weight">Sum of weights that is allowed in one window.</param>
/// <param name="Window">The window.</param>
/// <param name="MinSpacing">Shortest time between two requests.</param>
/// <param name="InstrumentSpacing">Shortest time between two requests for one instrument, where the exchange counts by instrument.</param>
public sealed record RequestBudget(int Weight, TimeSpan Window, TimeSpan MinSpacing, TimeSpan InstrumentSpacing = default);
