using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Cli.Simulation;

/// <summary>The exchanges of the instruments file, simulated in this process.</summary>
internal sealed class SimulatedVenues : IAsyncDisposable
{
    // Binance trades more than both others together, and Coinbase more than Kraken.
    private static readonly (Exchange Exchange, int Percent)[] Shares = [(Exchange.Binance, 85), (Exchange.Kraken, 5), (Exchange.Coinbase, 10)];
    private readonly List<SimulatedExchange> _all = [];

    private SimulatedVenues()
    {
    }

    public IReadOnlyList<SimulatedExchange> All => _all;

    public long Made => _all.Sum(venue => venue.Ledger.Made);

    /// <summary>What tells a silo where the exchanges are.</summary>
    public IEnumerable<string> SiloArguments => ["--source", "simulated", "--exchanges", .. _all.Select(venue => venue.Exchange.ToName()), .. EndpointArguments];

    /// <summary>Where each exchange is.</summary>
    public IEnumerable<string> EndpointArguments => _all.SelectMany(Endpoint);

    public static async Task<SimulatedVenues> StartAsync(InstrumentTable instruments, IReadOnlyList<Exchange> exchanges, SimulationOptions options, CancellationToken cancellationToken)
    {
        var venues = new SimulatedVenues();
        try
        {
            var shares = Shares.Where(share => exchanges.Contains(share.Exchange)).ToList();
            foreach (var (exchange, percent) in shares)
            {
                venues._all.Add(await SimulatedExchange.StartAsync(
                    new SimulatedExchangeOptions
                    {
                        Exchange = exchange,
                        Instruments = [.. instruments.All.Where(instrument => instrument.Id.Exchange == exchange).Select(SimulatedInstrument.Of)],
                        Seed = options.Seed,
                        TradesPerSecond = Math.Max(1, options.TradesPerSecond * percent / shares.Sum(share => share.Percent)),
                        HistoryTrades = options.HistoryTrades,
                        KeptTrades = options.KeptTrades,
                        StartHeld = options.StartHeld,
                        Port = options.FirstPort == 0 ? 0 : options.FirstPort + venues._all.Count,
                    },
                    cancellationToken));
            }

            return venues;
        }
        catch
        {
            await venues.DisposeAsync();
            throw;
        }
    }

    public SimulatedExchange Of(Exchange exchange) => _all.First(venue => venue.Exchange == exchange);

    public async ValueTask DisposeAsync()
    {
        foreach (var venue in _all) await venue.DisposeAsync();
    }

    private static IEnumerable<string> Endpoint(SimulatedExchange venue) => ["--endpoint", $"{venue.Exchange.ToName()}={venue.WebSocketEndpoint},{venue.RestEndpoint}"];
}
