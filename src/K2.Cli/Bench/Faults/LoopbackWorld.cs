using K2.Simulator.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>Real sockets on 127.0.0.1 and the machine's clock, with short waits. What happens first differs from run to run.</summary>
internal sealed class LoopbackWorld : FeedWorld
{
    public override TimeProvider Time => TimeProvider.System;

    public override FeedPace Pace => FeedPace.Fast;

    public override int TradesPerSecond => 400;

    public override TimeSpan LongestFault => TimeSpan.FromMilliseconds(700);

    public override TimeSpan Settling => TimeSpan.FromSeconds(30);

    public override TimeSpan AppendTime(Random random) => TimeSpan.Zero;

    public override Task<SimulatedExchange> StartAsync(SimulatedExchangeOptions options, CancellationToken cancellationToken) => SimulatedExchange.StartAsync(options, cancellationToken);

    public override FeedNetwork Reach(SimulatedExchange exchange, ulong seed) => new(new HttpClient(), null, exchange.WebSocketEndpoint, exchange.RestEndpoint, () => Task.CompletedTask);

    public override Task RunAsync(Func<Task> work) => work();
}
