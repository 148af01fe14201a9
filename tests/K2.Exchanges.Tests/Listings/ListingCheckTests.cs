using System.Text;
using K2.Domain.Instruments;
using K2.Exchanges.Listings;
using K2.Exchanges.Rest;
using K2.Simulator.Exchanges;
using K2.Simulator.Virtual;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Listings;

/// <summary>What exchanges say of configured instruments.</summary>
public sealed class ListingCheckTests
{
    private static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 2, 5);

    [Theory]
    [InlineData(Exchange.Binance, "BREAK")]
    [InlineData(Exchange.Kraken, "cancel_only")]
    [InlineData(Exchange.Coinbase, "trading_disabled")]
    public void Run_UnknownHaltedAndFinerSymbols_AreNamedAndMendedOnesForgotten(Exchange exchange, string halted)
    {
        var time = new VirtualTime(new DateTimeOffset(2026, 1, 15, 9, 0, 0, TimeSpan.Zero));
        VirtualLoop.Run(time, async () =>
        {
            SimulatedInstrument[] simulated = [new("AAA", "AAA", 2, 4, 500_00, 1), new("HALT", "HALT", 2, 4, 500_00, 1) { IsHalted = true }, new("FINE", "FINE", 3, 4, 500_000, 1)];
            var venue = SimulatedExchange.StartVirtual(new SimulatedExchangeOptions { Exchange = exchange, Instruments = simulated, StartHeld = true, Time = time });
            using var network = new VirtualNetwork(venue, time, 3);
            using var http = new HttpClient(network) { Timeout = Timeout.InfiniteTimeSpan };
            var adapter = ExchangeAdapters.Of(exchange);
            var rest = new RestApi(exchange, new Uri("http://virtual/"), adapter.History.Budget, new RestOptions(), http, time, NullLogger.Instance);
            var mayAsk = false;
            string[] names = ["AAA", "HALT", "GONE", "FINE"];
            var check = new ListingCheck(adapter.Listing, rest, [.. names.Select(name => new Instrument(InstrumentId.Create(exchange, name + "/USD"), name, name, "USD", 2, 4))], () => mayAsk, time, NullLogger.Instance);
            using var stop = new CancellationTokenSource();
            var running = check.RunAsync(stop.Token);

            // Gaps come first.
            await time.PassAsync(TimeSpan.FromMinutes(1));
            Assert.Empty(check.Problems);

            // Nobody answers at first: that says nothing of the symbols.
            venue.Inject(FaultKind.RestUnavailable, 1, TimeSpan.FromSeconds(30));
            mayAsk = true;
            await time.PassAsync(TimeSpan.FromSeconds(20));
            Assert.Empty(check.Problems);
            await time.PassAsync(TimeSpan.FromMinutes(2));

            var problems = check.Problems.ToDictionary(problem => problem.Key.Symbol, problem => problem.Value);
            Assert.Equal(["FINE/USD", "GONE/USD", "HALT/USD"], problems.Keys.Order());
            Assert.Equal(("unknown to the exchange", $"not traded now, the exchange says '{halted}'"), (problems["GONE/USD"], problems["HALT/USD"]));
            Assert.StartsWith("prices have up to 3 digits, price_scale in the instruments file allows 2", problems["FINE/USD"], StringComparison.Ordinal);
            Assert.Equal("", rest.LastError);

            stop.CancelNow();
            await running;
            await venue.DisposeAsync();
        });
    }

    [Theory]
    [InlineData("""{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","stepSize":"0.00001000"}]}]}""", "")]
    [InlineData("""{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","stepSize":"0.00000100"}]}]}""", "quantities have up to 6 digits, quantity_scale in the instruments file allows 5: finer trades go to the dead letters")]
    [InlineData("""{"symbols":[{"symbol":"ETHUSDT","status":"TRADING","filters":[]}]}""", "unknown to the exchange")]
    [InlineData("""{"symbols":[{"symbol":"BTCUSDT","status":"HALT","filters":[]}]}""", "not traded now, the exchange says 'HALT'")]
    [InlineData("""{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","filters":[]}]}""", null)]
    [InlineData("""{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","filters":[{"filterType":"PRICE_FILTER","tickSize":"x"},{"filterType":"LOT_SIZE","stepSize":"0.1"}]}]}""", null)]
    [InlineData("""{"code":-1121,"msg":"Invalid symbol."}""", "unknown to the exchange")]
    [InlineData("""{"code":-1000,"msg":"An unknown error occurred."}""", null)]
    [InlineData("<html>", null)]
    [InlineData("[]", null)]
    public void Read_AnswersOfBinance_SayWhatIsWrong(string body, string? problem) => Assert.Equal(problem, ExchangeAdapters.Of(Exchange.Binance).Listing.Read(Btc, 200, Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData(200, """{"id":"BTC-USD","quote_increment":"0.01","base_increment":"0.00000001","status":"online","trading_disabled":false}""", "quantities have up to 8 digits, quantity_scale in the instruments file allows 5: finer trades go to the dead letters")]
    [InlineData(200, """{"id":"BTC-USD","quote_increment":"1","base_increment":"0.1","status":"online"}""", "")]
    [InlineData(404, """{"message":"NotFound"}""", "unknown to the exchange")]
    [InlineData(400, """{"message":"bad"}""", null)]
    public void Read_AnswersOfCoinbase_SayWhatIsWrong(int status, string body, string? problem) => Assert.Equal(problem, ExchangeAdapters.Of(Exchange.Coinbase).Listing.Read(Btc, status, Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","pair_decimals":1,"lot_decimals":8,"status":"online"}}}""", "quantities have up to 8 digits, quantity_scale in the instruments file allows 5: finer trades go to the dead letters")]
    [InlineData("""{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","pair_decimals":1,"lot_decimals":5,"status":"post_only"}}}""", "")]
    [InlineData("""{"error":["EQuery:Unknown asset pair"]}""", "unknown to the exchange")]
    [InlineData("""{"error":["EService:Unavailable"]}""", null)]
    public void Read_AnswersOfKraken_SayWhatIsWrong(string body, string? problem) => Assert.Equal(problem, ExchangeAdapters.Of(Exchange.Kraken).Listing.Read(Btc, 200, Encoding.UTF8.GetBytes(body)));
}
