using K2.Exchanges;
using K2.Simulator.Exchanges;
using K2.Simulator.Virtual;

namespace K2.Cli.Bench.Faults;

/// <summary>
/// A clock and a network within the process, with the waits of production: a seed takes the same steps each time it runs, so that one that fails can be run again and
/// looked into. Minutes pass in a fraction of a second.
/// </summary>
internal sealed class VirtualWorld : FeedWorld
{
    private const int LongestAppendMs = 30;
    private readonly VirtualTime _time = new(new DateTimeOffset(2026, 1, 15, 8, 59, 50, TimeSpan.Zero));

    public override TimeProvider Time => _time;

    public override FeedPace Pace => FeedPace.Production;

    public override int TradesPerSecond => 20;

    public override TimeSpan LongestFault => TimeSpan.FromSeconds(15);

    public override TimeSpan Settling => TimeSpan.FromMinutes(10);

    public override TimeSpan AppendTime(Random random) => TimeSpan.FromMilliseconds(random.Next(LongestAppendMs));

    public override Task<SimulatedExchange> StartAsync(SimulatedExchangeOptions options, CancellationToken cancellationToken) =>
        Task.FromResult(SimulatedExchange.StartVirtual(options));

    public override FeedNetwork Reach(SimulatedExchange exchange, ulong seed)
    {
        var network = new VirtualNetwork(exchange, _time, seed);
        return new FeedNetwork(new HttpClient(network) { Timeout = Timeout.InfiniteTimeSpan }, new Sockets(network), new Uri("ws://virtual/"), new Uri("http://virtual/"), network.EndAsync);
    }

    // A thread of its own: the loop keeps it to the end.
    public override Task RunAsync(Func<Task> work) => Task.Factory.StartNew(() => VirtualLoop.Run(_time, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Sockets(VirtualNetwork network) : IWebSockets
    {
        public async Task<OpenedSocket> OpenAsync(Uri address, SocketSettings settings, CancellationToken cancellationToken) =>
            await network.ConnectAsync(cancellationToken) is { } socket ? new OpenedSocket(socket) : new OpenedSocket(null, $"{address.Host} refused the connection with HTTP 503");
    }
}
