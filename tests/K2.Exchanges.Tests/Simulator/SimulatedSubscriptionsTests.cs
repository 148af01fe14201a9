using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>Subscriptions of the simulated exchanges end when a client asks for it.</summary>
public sealed class SimulatedSubscriptionsTests
{
    private const string KrakenAnswer = """{"method":"unsubscribe","req_id":3,"result":{"channel":"trade","symbol":"AAA"},"success":true,"time_in":"2023-09-25T09:04:31.742590Z","time_out":"2023-09-25T09:04:31.742648Z"}""";
    private const string KrakenError = """{"error":"Subscription Not Found","method":"unsubscribe","req_id":3,"success":false,"symbol":"ZZZ","time_in":"2023-09-25T09:04:31.742590Z","time_out":"2023-09-25T09:04:31.742648Z"}""";

    [Fact]
    public async Task Kraken_Unsubscribe_EndsTheSymbolsTradesAndAnswersEachSymbol()
    {
        await using var venue = await StartAsync(Exchange.Kraken);
        using var client = await SimulatedClient.ConnectAsync(venue);
        await client.SendAsync("""{"method":"subscribe","params":{"channel":"trade","symbol":["AAA","BBB"],"snapshot":false}}""");
        await client.ReadUntilAsync("\"symbol\":\"AAA\",\"side\"");
        await client.SendAsync("""{"method":"unsubscribe","params":{"channel":"trade","symbol":["AAA","ZZZ"]},"req_id":3}""");

        var (answer, _) = await client.ReadUntilAsync("unsubscribe");
        var (error, between) = await client.ReadUntilAsync("unsubscribe");
        await client.SendAsync("""{"method":"ping"}""");
        var behind = await UntilAsync(client, "\"symbol\":\"BBB\",\"side\"", 20);

        FrameShape.Same([KrakenAnswer], [answer]);
        FrameShape.Same([KrakenError], [error]);
        Assert.Empty(between);
        Assert.DoesNotContain(behind, message => message.Contains("\"AAA\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Coinbase_Unsubscribe_EndsTheProductsTradesAndAnswersWithWhatIsLeft()
    {
        await using var venue = await StartAsync(Exchange.Coinbase);
        using var client = await SimulatedClient.ConnectAsync(venue);
        await client.SendAsync("""{"type":"subscribe","product_ids":["AAA","BBB"],"channel":"market_trades"}""");
        await client.SendAsync("""{"type":"subscribe","channel":"heartbeats"}""");
        await client.ReadUntilAsync("heartbeat_counter");
        await client.SendAsync("""{"type":"unsubscribe","product_ids":["AAA"],"channel":"market_trades"}""");

        var (first, _) = await client.ReadUntilAsync("\"subscriptions\":{");
        var behind = await UntilAsync(client, "\"product_id\":\"BBB\"", 20);

        Assert.Contains("""{"subscriptions":{"heartbeats":["heartbeats"],"market_trades":["BBB"]}}""", first, StringComparison.Ordinal);
        Assert.DoesNotContain(behind, message => message.Contains("\"AAA\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Coinbase_UnsubscribeWithoutProducts_EndsTheChannel()
    {
        await using var venue = await StartAsync(Exchange.Coinbase);
        using var client = await SimulatedClient.ConnectAsync(venue);
        await client.SendAsync("""{"type":"subscribe","product_ids":["AAA","BBB"],"channel":"market_trades"}""");
        await client.SendAsync("""{"type":"subscribe","channel":"heartbeats"}""");
        await client.ReadUntilAsync("heartbeat_counter");
        await client.SendAsync("""{"type":"unsubscribe","channel":"market_trades"}""");
        var (withoutTrades, _) = await client.ReadUntilAsync("\"subscriptions\":{");
        var behind = await UntilAsync(client, "heartbeat_counter", 5);
        await client.SendAsync("""{"type":"unsubscribe","channel":"heartbeats"}""");

        var (withoutAll, _) = await client.ReadUntilAsync("\"subscriptions\":{");

        Assert.Contains("""{"subscriptions":{"heartbeats":["heartbeats"]}}""", withoutTrades, StringComparison.Ordinal);
        Assert.DoesNotContain(behind, message => message.Contains("market_trades", StringComparison.Ordinal));
        Assert.Contains("""{"subscriptions":{}}""", withoutAll, StringComparison.Ordinal);
    }

    private static async Task<List<string>> UntilAsync(SimulatedClient client, string words, int times)
    {
        var messages = new List<string>();
        for (var i = 0; i < times; i++) messages.AddRange((await client.ReadUntilAsync(words)).Before);
        return messages;
    }

    private static Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions
        {
            Exchange = exchange,
            Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1), new SimulatedInstrument("BBB", "BBB", 2, 4, 500_00, 1)],
            HistoryTrades = 3,
            TradesPerSecond = 500,
            HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        },
        TestContext.Current.CancellationToken);
}
