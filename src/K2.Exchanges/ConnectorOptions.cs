namespace K2.Exchanges;

/// <summary>How a connector worker behaves.</summary>
public sealed record ConnectorOptions
{
    /// <summary>Address to connect to instead of the exchange's own, for replays and tests; null means the exchange's.</summary>
    public Uri? EndpointOverride { get; init; }

    /// <summary>The longest message that is read, in bytes; of a longer one only so much is kept, for the dead letters. Default 1 MiB, at least 1024.</summary>
    public int MaxFrameBytes { get; init; } = 1024 * 1024;

    /// <summary>Messages after which a batch is handed over. Default 512, at least 1.</summary>
    public int FramesPerBatch { get; init; } = 512;

    /// <summary>Bytes of messages after which a batch is handed over. Default 1 MiB, at least 1.</summary>
    public int BytesPerBatch { get; init; } = 1024 * 1024;

    /// <summary>Trades after which a batch is handed over. Default 4096, at least 1 and at most 32768.</summary>
    public int TradesPerBatch { get; init; } = 4096;

    /// <summary>
    /// How long a batch waits for more messages when the socket is empty. Default 20 ms: longer saves work behind the worker and delays
    /// trades by as much; zero hands over as soon as the socket is empty.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How far the watermark stays behind the newest exchange time seen on the connection. Default 250 ms: symbols come from different
    /// servers of an exchange and overtake each other by some tens of milliseconds. A trade that is later still revises its candle.
    /// </summary>
    public TimeSpan CloseDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Exchange time between two watermarks of an instrument. Default 1 s.</summary>
    public TimeSpan WatermarkInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Shortest wait before a new connection. Default 1 s, which also keeps Binance's 300 connections in 5 minutes.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest wait before a new connection. Default 4 s: a connection is back within 5 s of the exchange. With the half of it that is fixed, an
    /// exchange that is away for long sees 20 attempts in a minute at most, within every exchange's limit on connections.
    /// </summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Time allowed for connecting. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time allowed for the exchange's answer to a subscription or a probe, counted while the socket is empty. Default 10 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Silence after which a connection is asked for a sign of life; null, the default, means <see cref="IExchangeAdapter.MaxSilence"/>. A quiet
    /// market answers and keeps its connection; no answer within <see cref="AnswerTimeout"/> ends it.
    /// </summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>Wait before a refused subscription is asked for again. Default 60 s: a listing may come back, and a refusal may be a mood.</summary>
    public TimeSpan RefusedRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Age at which a connection is replaced by a new one while it still runs; null, the default, takes an hour less than the exchange's
    /// <see cref="ConnectionLimits.Lifetime"/>, and never where there is none. Up to half of that hour is taken off by chance, so that the connections of
    /// several shards are not replaced at once. The old one ends when the new one is confirmed; what both bring is kept once. Not used in a replay.
    /// </summary>
    public TimeSpan? RotateAfter { get; init; }

    /// <summary>How long the old connection is still read once the new one is confirmed. Default 1 s.</summary>
    public TimeSpan RotateOverlap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait before a replacement that failed is tried again, while the old connection goes on. Default 60 s.</summary>
    public TimeSpan RotateRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between our own WebSocket pings. Default 20 s. The exchange's pings are answered by the socket in any case.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Time without a pong after which a connection is given up. Default 60 s. Not used in a replay, where a stalled sink may stop the
    /// reading for as long as it likes.
    /// </summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Subscriptions in one message; null means the exchange's limit. A replay asks for all at once, because it starts with the first.</summary>
    public int? StreamsPerMessage { get; init; }

    /// <summary>Time that the sink has, after the stop, for taking what was read. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws if a value is out of its range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        Check(MaxFrameBytes >= 1024, nameof(MaxFrameBytes), "at least 1024");
        Check(FramesPerBatch >= 1, nameof(FramesPerBatch), "at least 1");
        Check(BytesPerBatch >= 1, nameof(BytesPerBatch), "at least 1");
        Check(TradesPerBatch is >= 1 and <= 32768, nameof(TradesPerBatch), "1 to 32768");
        Check(Linger >= TimeSpan.Zero, nameof(Linger), "not negative");
        Check(CloseDelay >= TimeSpan.Zero, nameof(CloseDelay), "not negative");
        Check(WatermarkInterval > TimeSpan.Zero, nameof(WatermarkInterval), "positive");
        Check(BackoffMin > TimeSpan.Zero, nameof(BackoffMin), "positive");
        Check(BackoffMax >= BackoffMin, nameof(BackoffMax), $"at least {nameof(BackoffMin)}");
        Check(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), "positive");
        Check(AnswerTimeout > TimeSpan.Zero, nameof(AnswerTimeout), "positive");
        Check(SilenceTimeout is null || SilenceTimeout > TimeSpan.Zero, nameof(SilenceTimeout), "positive");
        Check(RefusedRetry > TimeSpan.Zero, nameof(RefusedRetry), "positive");
        Check(RotateAfter is null || RotateAfter > TimeSpan.Zero, nameof(RotateAfter), "positive");
        Check(RotateOverlap >= TimeSpan.Zero, nameof(RotateOverlap), "not negative");
        Check(RotateRetry > TimeSpan.Zero, nameof(RotateRetry), "positive");
        Check(PingInterval > TimeSpan.Zero, nameof(PingInterval), "positive");
        Check(PongTimeout > TimeSpan.Zero, nameof(PongTimeout), "positive");
        Check(StreamsPerMessage is null or >= 1, nameof(StreamsPerMessage), "at least 1");
        Check(DrainTimeout > TimeSpan.Zero, nameof(DrainTimeout), "positive");
    }

    private static void Check(bool holds, string name, string range)
    {
        if (!holds) throw new ArgumentException($"{name} must be {range}", name);
    }
}
