namespace K2.Exchanges.Gaps;

/// <summary>How gaps are filled.</summary>
public sealed record BackfillOptions
{
    /// <summary>REST address to ask instead of the exchange's own, for simulations and tests; null means the exchange's.</summary>
    public Uri? EndpointOverride { get; init; }

    /// <summary>What may be asked for instead of the exchange's own budget, for simulations and tests; null means the exchange's.</summary>
    public RequestBudget? BudgetOverride { get; init; }

    /// <summary>Wait before a jump on an open connection is asked for: neighbours that changed places close it by themselves. Default 250 ms.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time allowed for an answer. Default 10 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait after a request that failed; it doubles up to <see cref="RetryMax"/>. Default 500 ms.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait after requests that failed, unless the exchange asks for more. Default 30 s.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an exchange may answer for a whole gap without its ids before the gap is given up. Default 4, at least 1.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The most trades of one gap that are fetched without being asked. Default 1,000,000: a thousand pages.</summary>
    public long MaxGapTrades { get; init; } = 1_000_000;

    /// <summary>
    /// Silence of an instrument after which the exchange is asked for its newest trades. Default 60 s. It finds what was lost from a quiet market,
    /// where no later trade shows the loss; shorter costs requests.
    /// </summary>
    public TimeSpan TailInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest answer that is read, in bytes. Default 8 MiB.</summary>
    public int MaxAnswerBytes { get; init; } = 8 * 1024 * 1024;
}
