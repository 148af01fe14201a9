namespace K2.Exchanges;

/// <summary>One request to a REST API.</summary>
/// <param name="PathAndQuery">Path and query, relative to the API's address, beginning with a slash.</param>
/// <param name="Weight">What it costs of the <see cref="RequestBudget"/>.</param>
public sealed record HistoryQuery(string PathAndQuery, int Weight)
{
    /// <summary>Whether HTTP 400 and 404 are answers that are read, as to a question whether something exists, and no failures.</summary>
    public bool TakesRefusals { get; init; }
}
