using System.Globalization;
using System.Net;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>The simulated exchanges as a plain client sees them: framework sockets and System.Text.Json, nothing of the platform.</summary>
public sealed class SimulatedExchangeTests
{
    [Fact]
    public async Task Start_SameSeed_MakesTheSameTrades()
    {
        var first = await TradesAsync(7);
        var second = await TradesAsync(7);
        var other = await TradesAsync(8);

        Assert.Equal(304, first.Count);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Coinbase_Connection_SnapshotsBeforeTheAnswerAndNumbersWithoutHoles()
    {
        await using var exchange = await StartAsync(Exchange.Coinbase, history: 5);

        // Else trades may come between the answers to the two requests.
        exchange.Hold();
        using var client = await SimulatedClient.ConnectAsync(exchange);
        await client.SendAsync("""{"type":"subscribe","product_ids":["AAA-USD","BBB-USD"],"channel":"market_trades"}""");
        await client.SendAsync("""{"type":"subscribe","channel":"heartbeats"}""");

        var messages = new List<JsonElement>();
        while (messages.Count < 4) messages.Add(await client.ReadJsonAsync());
        exchange.Release();
        while (messages.Count < 30) messages.Add(await client.ReadJsonAsync());

        Assert.Equal(Enumerable.Range(0, 30).Select(number => (long)number), messages.Select(message => message.GetProperty("sequence_num").GetInt64()));
        Assert.Equal(["market_trades", "market_trades", "subscriptions", "subscriptions"], messages.Take(4).Select(message => message.GetProperty("channel").GetString()));
        foreach (var snapshot in messages.Take(2).Select(message => message.GetProperty("events")[0]))
        {
            Assert.Equal("snapshot", snapshot.GetProperty("type").GetString());
            var ids = snapshot.GetProperty("trades").EnumerateArray().Select(trade => long.Parse(trade.GetProperty("trade_id").GetString()!, CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(ids.OrderDescending(), ids);
        }
    }

    [Fact]
    public async Task Kraken_Subscribe_AnswersEachSymbolAndRefusesTheUnknown()
    {
        await using var exchange = await StartAsync(Exchange.Kraken, history: 3);
        using var client = await SimulatedClient.ConnectAsync(exchange);
        await client.SendAsync("""{"method":"subscribe","params":{"channel":"trade","symbol":["AAA-USD","ZZZ/USD"],"snapshot":true},"req_id":5}""");

        var status = await client.ReadJsonAsync();
        var accepted = await client.ReadJsonAsync();
        var snapshot = await client.ReadJsonAsync();
        var refused = await client.ReadJsonAsync();

        Assert.Equal("status", status.GetProperty("channel").GetString());
        Assert.Equal((true, 5L, "AAA-USD"), (accepted.GetProperty("success").GetBoolean(), accepted.GetProperty("req_id").GetInt64(), accepted.GetProperty("result").GetProperty("symbol").GetString()));
        Assert.Equal("snapshot", snapshot.GetProperty("type").GetString());
        Assert.InRange(snapshot.GetProperty("data").GetArrayLength(), 3, 50);
        Assert.Equal((false, "ZZZ/USD"), (refused.GetProperty("success").GetBoolean(), refused.GetProperty("symbol").GetString()));
    }

    [Theory]
    [InlineData(Exchange.Binance, "/api/v3/historicalTrades?symbol=AAA-USD&limit=7&fromId=")]
    [InlineData(Exchange.Coinbase, "/products/AAA-USD/trades?limit=7&after=")]
    public async Task Rest_PageByPage_IsTheLedger(Exchange kind, string path)
    {
        await using var exchange = await StartAsync(kind, history: 50, trades: 1);
        await exchange.Finished.WaitAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = exchange.RestEndpoint };
        var ids = new List<long>();
        var cursor = kind == Exchange.Binance ? 1 : long.MaxValue;
        while (true)
        {
            var page = JsonElement.Parse(await http.GetByteArrayAsync(path + cursor.ToString(CultureInfo.InvariantCulture), TestContext.Current.CancellationToken)).EnumerateArray()
                .Select(trade => trade.GetProperty(kind == Exchange.Binance ? "id" : "trade_id").GetInt64()).ToList();
            if (page.Count == 0) break;
            ids.AddRange(page);
            cursor = kind == Exchange.Binance ? page[^1] + 1 : page[^1];
        }

        Assert.Equal(exchange.Ledger.Trades.Where(trade => trade.Native == "AAA-USD").Select(trade => trade.TradeId), ids.Order());
    }

    [Theory]
    [InlineData(Exchange.Binance, FaultKind.RestBanned, (HttpStatusCode)418)]
    [InlineData(Exchange.Kraken, FaultKind.RestBanned, HttpStatusCode.TooManyRequests)]
    [InlineData(Exchange.Coinbase, FaultKind.RestTooManyRequests, HttpStatusCode.TooManyRequests)]
    [InlineData(Exchange.Binance, FaultKind.RestUnavailable, HttpStatusCode.ServiceUnavailable)]
    [InlineData(Exchange.Kraken, FaultKind.NetworkDown, HttpStatusCode.ServiceUnavailable)]
    public async Task Inject_RestFault_AnswersSo(Exchange kind, FaultKind fault, HttpStatusCode status)
    {
        await using var exchange = await StartAsync(kind);
        using var http = new HttpClient { BaseAddress = exchange.RestEndpoint };

        exchange.Inject(fault, 1, TimeSpan.FromMinutes(1));
        using var answer = await http.GetAsync("/api/v3/trades?symbol=AAA-USD", TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        if (fault is FaultKind.RestBanned or FaultKind.RestTooManyRequests) Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.FromSeconds(50));
        Assert.Equal(1, exchange.FaultsFired[fault]);
    }

    [Fact]
    public async Task Binance_BadId_IsAnsweredWithItsError()
    {
        await using var exchange = await StartAsync(Exchange.Binance);
        using var http = new HttpClient { BaseAddress = exchange.RestEndpoint };

        using var answer = await http.GetAsync("/api/v3/historicalTrades?symbol=AAA-USD&fromId=x", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("-1100", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<List<string>> TradesAsync(ulong seed)
    {
        await using var exchange = await StartAsync(Exchange.Kraken, history: 2, trades: 300, rate: 5000, seed: seed);
        await exchange.Finished.WaitAsync(TestContext.Current.CancellationToken);
        return [.. exchange.Ledger.Trades.Select(trade => $"{trade.Native} {trade.TradeId} {trade.Price} {trade.Quantity} {trade.TakerBought}").Order()];
    }

    private static Task<SimulatedExchange> StartAsync(Exchange kind, int history = 1, long? trades = null, int rate = 200, ulong seed = 1) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions
        {
            Exchange = kind,
            Instruments = [new SimulatedInstrument("AAA-USD", "AAA-USD", 2, 8, 6_000_000, 3), new SimulatedInstrument("BBB-USD", "BBB-USD", 2, 8, 200_000, 1)],
            HistoryTrades = history,
            MaxTrades = trades,
            TradesPerSecond = rate,
            Seed = seed,
        },
        TestContext.Current.CancellationToken);
}
