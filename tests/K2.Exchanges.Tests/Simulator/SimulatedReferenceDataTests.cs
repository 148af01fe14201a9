using System.Text.Json;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>The simulated exchanges list their instruments as the real ones do.</summary>
public sealed class SimulatedReferenceDataTests
{
    private const string BinanceInfo = """{"timezone":"UTC","serverTime":1565246363776,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000}],"exchangeFilters":[],"symbols":[{"symbol":"BNBBTC","status":"TRADING","baseAsset":"BNB","baseAssetPrecision":8,"quoteAsset":"BTC","quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER"],"icebergAllowed":true,"ocoAllowed":true,"otoAllowed":true,"opoAllowed":true,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":true,"cancelReplaceAllowed":true,"amendAllowed":false,"pegInstructionsAllowed":true,"isSpotTradingAllowed":true,"isMarginTradingAllowed":true,"filters":[{"filterType":"PRICE_FILTER","minPrice":"0.00000100","maxPrice":"100000.00000000","tickSize":"0.00000100"},{"filterType":"LOT_SIZE","minQty":"0.00100000","maxQty":"100000.00000000","stepSize":"0.00100000"}],"permissions":[],"permissionSets":[["SPOT"]],"defaultSelfTradePreventionMode":"NONE","allowedSelfTradePreventionModes":["NONE"]}]}""";
    private const string KrakenPairs = """{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","aclass_base":"currency","base":"XXBT","aclass_quote":"currency","quote":"ZUSD","lot":"unit","cost_decimals":5,"pair_decimals":1,"lot_decimals":8,"lot_multiplier":1,"leverage_buy":[],"leverage_sell":[],"fees":[[0,0.4]],"fees_maker":[[0,0.25]],"fee_volume_currency":"ZUSD","margin_call":80,"margin_stop":40,"ordermin":"0.00005","costmin":"0.5","tick_size":"0.1","status":"online","execution_venue":"international"}}}""";
    private const string CoinbaseProduct = """{"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD","quote_increment":"0.01","base_increment":"0.00000001","display_name":"BTC-USD","min_market_funds":"1","margin_enabled":false,"post_only":false,"limit_only":false,"cancel_only":false,"status":"online","status_message":"","trading_disabled":false,"fx_stablecoin":false,"max_slippage_percentage":"0.02000000","auction_mode":false,"high_bid_limit_percentage":""}""";

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/exchangeInfo", BinanceInfo)]
    [InlineData(Exchange.Kraken, "0/public/AssetPairs?pair=XBTUSD", KrakenPairs)]
    [InlineData(Exchange.Coinbase, "products", $"[{CoinbaseProduct}]")]
    [InlineData(Exchange.Coinbase, "products/BTC-USD", CoinbaseProduct)]
    public async Task Instruments_AreListedAsDocumented(Exchange exchange, string path, string documented)
    {
        await using var venue = await StartAsync(exchange);

        FrameShape.Same([documented], [(await AskAsync(venue, path)).Body]);
    }

    [Theory]
    [InlineData("", new[] { "BTCUSDT", "DOGEUSDT" })]
    [InlineData("?symbol=DOGEUSDT", new[] { "DOGEUSDT" })]
    [InlineData("?symbols=[%22DOGEUSDT%22,%22BTCUSDT%22]", new[] { "DOGEUSDT", "BTCUSDT" })]
    public async Task Binance_ExchangeInfo_ListsWhatIsAskedFor(string query, string[] symbols)
    {
        await using var venue = await StartAsync(Exchange.Binance);

        var listed = JsonElement.Parse((await AskAsync(venue, "api/v3/exchangeInfo" + query)).Body).GetProperty("symbols").EnumerateArray().ToList();

        Assert.Equal(symbols, listed.Select(symbol => symbol.GetProperty("symbol").GetString()));
        var bitcoin = listed.Find(symbol => symbol.GetProperty("symbol").GetString() == "BTCUSDT");
        if (bitcoin.ValueKind == JsonValueKind.Undefined) return;
        Assert.Equal(("TRADING", "BTC", "USDT"), (bitcoin.GetProperty("status").GetString(), bitcoin.GetProperty("baseAsset").GetString(), bitcoin.GetProperty("quoteAsset").GetString()));
        Assert.Equal(["0.01000000", "0.00001000"], bitcoin.GetProperty("filters").EnumerateArray().Select((filter, i) => filter.GetProperty(i == 0 ? "tickSize" : "stepSize").GetString()));
    }

    [Theory]
    [InlineData("", new[] { "XXBTZUSD", "XDGUSD" })]
    [InlineData("?pair=XDGUSD", new[] { "XDGUSD" })]
    [InlineData("?pair=XXBTZUSD,XDG/USD", new[] { "XXBTZUSD", "XDGUSD" })]
    public async Task Kraken_AssetPairs_ListsWhatIsAskedFor(string query, string[] pairs)
    {
        await using var venue = await StartAsync(Exchange.Kraken);

        var listed = JsonElement.Parse((await AskAsync(venue, "0/public/AssetPairs" + query)).Body).GetProperty("result").EnumerateObject().ToList();

        Assert.Equal(pairs, listed.Select(pair => pair.Name));
        Assert.All(listed, pair => Assert.Equal((2, "0.01", "online"), (pair.Value.GetProperty("pair_decimals").GetInt32(), pair.Value.GetProperty("tick_size").GetString(), pair.Value.GetProperty("status").GetString())));
        Assert.Equal(pairs.Contains("XXBTZUSD"), listed.Exists(pair => pair.Value.GetProperty("base").GetString() == "XXBT" && pair.Value.GetProperty("wsname").GetString() == "XBT/USD"));
    }

    [Fact]
    public async Task Coinbase_Products_SayTheirSteps()
    {
        await using var venue = await StartAsync(Exchange.Coinbase);

        var listed = JsonElement.Parse((await AskAsync(venue, "products")).Body).EnumerateArray().ToList();

        Assert.Equal(["BTC-USD", "DOGE-USD"], listed.Select(product => product.GetProperty("id").GetString()));
        Assert.All(listed, product => Assert.Equal(("0.01", "0.00001", "online", "USD"), (product.GetProperty("quote_increment").GetString(), product.GetProperty("base_increment").GetString(), product.GetProperty("status").GetString(), product.GetProperty("quote_currency").GetString())));
    }

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/exchangeInfo?symbol=NOSUCH", 400, """{"code":-1121,"msg":"Invalid symbol."}""")]
    [InlineData(Exchange.Binance, "api/v3/exchangeInfo?symbols=[%22BTCUSDT%22,%22NOSUCH%22]", 400, """{"code":-1121,"msg":"Invalid symbol."}""")]
    [InlineData(Exchange.Binance, "api/v3/exchangeInfo?symbols=BTCUSDT", 400, """{"code":-1100,"msg":"Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[\\w\\-._&&[^a-z]]{1,50}\"(,\"[\\w\\-._&&[^a-z]]{1,50}\"){0,}){0,1}\\]$'."}""")]
    [InlineData(Exchange.Binance, "api/v3/exchangeInfo?symbol=BTCUSDT&symbols=[]", 400, """{"code":-1128,"msg":"Combination of optional parameters invalid."}""")]
    [InlineData(Exchange.Kraken, "0/public/AssetPairs?pair=XBTUSD,NOSUCH", 200, """{"error":["EQuery:Unknown asset pair"]}""")]
    [InlineData(Exchange.Coinbase, "products/NOSUCH", 404, """{"message":"NotFound"}""")]
    public async Task UnknownInstrument_IsAnsweredWithTheExchangesError(Exchange exchange, string path, int status, string error)
    {
        await using var venue = await StartAsync(exchange);

        Assert.Equal((status, error), await AskAsync(venue, path));
    }

    private static async Task<(int Status, string Body)> AskAsync(SimulatedExchange venue, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(venue.RestEndpoint, path), TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions { Exchange = exchange, Instruments = [Instrument(exchange, "BTC"), Instrument(exchange, "DOGE")], HistoryTrades = 1, StartHeld = true },
        TestContext.Current.CancellationToken);

    private static SimulatedInstrument Instrument(Exchange exchange, string asset)
    {
        var quote = exchange == Exchange.Binance ? "USDT" : "USD";
        var native = exchange switch { Exchange.Binance => asset + quote, Exchange.Kraken => $"{asset}/{quote}", _ => $"{asset}-{quote}" };
        var rest = exchange == Exchange.Kraken ? (asset == "BTC" ? "XBT" : "XDG") + quote : native;
        return new SimulatedInstrument(native, rest, 2, 5, 500_00, 1) { Base = asset, Quote = quote };
    }
}
