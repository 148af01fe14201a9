using K2.Simulator.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>Where a seed of the faults bench takes place: its clock, its network, and how patient all are.</summary>
internal abstract class FeedWorld
{
    /// <summary>Clock and timers of exchanges and intake.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>The intake's waits.</summary>
    public abstract FeedPace Pace { get; }

    /// <summary>Trades that each exchange makes in a second.</summary>
    public abstract int TradesPerSecond { get; }

    /// <summary>The longest fault.</summary>
    public abstract TimeSpan LongestFault { get; }

    /// <summary>How long the intake may take to have every trade, after the last was made and the last fault has ended.</summary>
    public abstract TimeSpan Settling { get; }

    /// <summary>How long the log takes to keep a batch.</summary>
    public abstract TimeSpan AppendTime(Random random);

    /// <summary>Starts an exchange.</summary>
    public abstract Task<SimulatedExchange> StartAsync(SimulatedExchangeOptions options, CancellationToken cancellationToken);

    /// <summary>Makes the way to an exchange.</summary>
    public abstract FeedNetwork Reach(SimulatedExchange exchange, ulong seed);

    /// <summary>Runs a seed's work to its end.</summary>
    public abstract Task RunAsync(Func<Task> work);
}
