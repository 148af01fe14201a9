namespace K2.Exchanges;

/// <summary>One request to a REST API.</summary>
/// <param name="PathAndQuery">Path and query, relative to the API's address, beginning with a slash.</param>
/// <param name="Weight">What it costs of the <see cref="RequestBudget"/>.</param>
public sealed record HistoryQuery(string PathAndQuery, int Weight);
