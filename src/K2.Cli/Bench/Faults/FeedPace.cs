using K2.Exchanges;
using K2.Exchanges.Gaps;
using K2.Exchanges.Rest;

namespace K2.Cli.Bench.Faults;

/// <summary>How patient the intake is in a bench.</summary>
/// <param name="Connector">Connections.</param>
/// <param name="Backfill">Backfill.</param>
/// <param name="Heartbeats">The simulated exchange's heartbeats.</param>
internal sealed record FeedPace(ConnectorOptions Connector, BackfillOptions Backfill, TimeSpan Heartbeats)
{
    /// <summary>The platform's own waits.</summary>
    public static FeedPace Production { get; } = new(new ConnectorOptions(), new BackfillOptions(), TimeSpan.FromSeconds(1));

    /// <summary>Waits of some hundred milliseconds instead of seconds.</summary>
    public static FeedPace Fast { get; } = new(
        new ConnectorOptions
        {
            BackoffMin = TimeSpan.FromMilliseconds(20),
            BackoffMax = TimeSpan.FromMilliseconds(200),
            SilenceTimeout = TimeSpan.FromMilliseconds(800),
            AnswerTimeout = TimeSpan.FromMilliseconds(800),
            RefusedRetry = TimeSpan.FromMilliseconds(200),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            Linger = TimeSpan.FromMilliseconds(5),
            CloseDelay = TimeSpan.FromMilliseconds(50),
            WatermarkInterval = TimeSpan.FromMilliseconds(200),
        },
        new BackfillOptions
        {
            Grace = TimeSpan.FromMilliseconds(50),
            MaxAttempts = 50,
            TailInterval = TimeSpan.FromMilliseconds(300),
            Rest = new RestOptions { RetryMin = TimeSpan.FromMilliseconds(20), RetryMax = TimeSpan.FromMilliseconds(500), BudgetOverride = new RequestBudget(1000, TimeSpan.FromSeconds(1), TimeSpan.Zero) },
        },
        TimeSpan.FromMilliseconds(200));
}
