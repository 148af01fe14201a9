using K2.Domain.Instruments;

namespace K2.Simulator.Replay;

/// <summary>What a replay server plays and how.</summary>
public sealed record ReplayOptions
{
    /// <summary>The exchange whose protocol is spoken and whose captures are played. Default Binance.</summary>
    public Exchange Exchange { get; init; } = Exchange.Binance;

    /// <summary>Capture files, played one after the other: JSON lines <c>{"recv_ns", "frame"}</c>, or gzip of them (<c>.gz</c>).</summary>
    public IReadOnlyList<string> Captures { get; init; } = [];

    /// <summary>Other frames, played behind the captures.</summary>
    public IReadOnlyList<IFrameSource> Sources { get; init; } = [];

    /// <summary>The pace. Default: as fast as the client takes the frames.</summary>
    public ReplaySpeed Speed { get; init; } = ReplaySpeed.Max;

    /// <summary>
    /// How often each capture is played, from 1. Later copies have their ids shifted so that they go on without a hole, and their times shifted
    /// by whole minutes; the lines go on counting. More than once for Binance only.
    /// </summary>
    public int Repeat { get; init; } = 1;

    /// <summary>
    /// For Binance: native symbols that the exchange knows. Frames of other symbols are sent to every connection, so that bad input can be played. Null
    /// means that every symbol is known: a frame whose stream is not subscribed is never sent.
    /// </summary>
    public IReadOnlySet<string>? KnownSymbols { get; init; }

    /// <summary>Time between pings. Default 20 s, as Binance.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Time without a pong after which the connection is cut; Binance takes 60 s. Default null: never, because a connector whose sink is
    /// stalled does not read the ping.
    /// </summary>
    public TimeSpan? PongTimeout { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
