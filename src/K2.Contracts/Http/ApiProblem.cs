namespace K2.Contracts.Http;

/// <summary>A refused or failed request, as <c>application/problem+json</c>.</summary>
public sealed record ApiProblem
{
    /// <summary>A short title of the kind of problem.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status code.</summary>
    public int? Status { get; init; }

    /// <summary>One sentence: what is wrong and how to mend it.</summary>
    public string? Detail { get; init; }
}
