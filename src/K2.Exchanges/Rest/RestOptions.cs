namespace K2.Exchanges.Rest;

/// <summary>How an exchange's REST API is asked.</summary>
public sealed record RestOptions
{
    /// <summary>Address to ask instead of the exchange's own, for simulations and tests; null means the exchange's.</summary>
    public Uri? EndpointOverride { get; init; }

    /// <summary>What may be asked for instead of the exchange's own budget, for simulations and tests; null means the exchange's.</summary>
    public RequestBudget? BudgetOverride { get; init; }

    /// <summary>Time allowed for an answer. Default 10 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait after a request that failed; it doubles up to <see cref="RetryMax"/>. Default 500 ms.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait after requests that failed, unless the exchange asks for more. Default 4 s: what is missing is to be there soon after the exchange is back.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Wait after an answer that says "too many requests" and not for how long. Default 30 s.</summary>
    public TimeSpan TooManyWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest answer that is read, in bytes. Default 8 MiB.</summary>
    public int MaxAnswerBytes { get; init; } = 8 * 1024 * 1024;
}
