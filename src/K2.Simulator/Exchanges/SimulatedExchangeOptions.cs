using K2.Domain.Instruments;

namespace K2.Simulator.Exchanges;

/// <summary>What a simulated exchange is and does.</summary>
public sealed record SimulatedExchangeOptions
{
    /// <summary>Whose protocols it speaks.</summary>
    public required Exchange Exchange { get; init; }

    /// <summary>Its instruments; at least one.</summary>
    public required IReadOnlyList<SimulatedInstrument> Instruments { get; init; }

    /// <summary>Same seed: the same trades but for their times. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Trades in a second over all instruments, on average: 1 to 100,000. Default 20.</summary>
    public int TradesPerSecond { get; init; } = 20;

    /// <summary>Trades of each instrument that were made before the start, two a second. Default 120.</summary>
    public int HistoryTrades { get; init; } = 120;

    /// <summary>Trades after which no more are made; null means without end.</summary>
    public long? MaxTrades { get; init; }

    /// <summary>The most trades of an instrument that are kept for REST and ledger. Default 200,000; the oldest half goes at once.</summary>
    public int KeptTrades { get; init; } = 200_000;

    /// <summary>Faults in the order they happen.</summary>
    public IReadOnlyList<ScriptedFault> Faults { get; init; } = [];

    /// <summary>Time between heartbeats, where the exchange has them. Default 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether clients are held to the exchange's limits on requests and messages. Default true; off for runs that hurry.</summary>
    public bool EnforcesLimits { get; init; } = true;

    /// <summary>How often trades are made, those of one time at once. Default 20 ms.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether no trades are made until <see cref="SimulatedExchange.Release"/>, so that clients can subscribe before the first.</summary>
    public bool StartHeld { get; init; }

    /// <summary>Port of 127.0.0.1 to listen on; 0, the default, takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
