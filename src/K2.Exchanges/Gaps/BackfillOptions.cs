using K2.Exchanges.Rest;

namespace K2.Exchanges.Gaps;

/// <summary>How gaps are filled.</summary>
public sealed record BackfillOptions
{
    /// <summary>How the exchange is asked.</summary>
    public RestOptions Rest { get; init; } = new();

    /// <summary>Wait before a jump on an open connection is asked for: neighbours that changed places close it by themselves. Default 250 ms.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often an exchange may answer for a whole gap without its ids before the gap is given up. Default 4, at least 1.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The most trades of one gap that are fetched without being asked. Default 1,000,000: a thousand pages.</summary>
    public long MaxGapTrades { get; init; } = 1_000_000;

    /// <summary>
    /// Silence of an instrument after which the exchange is asked for its newest trades. Default 60 s. It finds what was lost from a quiet market,
    /// where no later trade shows the loss; shorter costs requests.
    /// </summary>
    public TimeSpan TailInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How far the watermark behind a page stays behind the newest known trade, as <see cref="ConnectorOptions.CloseDelay"/>. Default 250 ms.</summary>
    public TimeSpan CloseDelay { get; init; } = TimeSpan.FromMilliseconds(250);
}
