using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using K2.Abstractions.Warehouse;
using K2.Api.Tests.Cli;
using K2.Api.Tests.Hosting;
using K2.Client;
using K2.Contracts.Http;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using Microsoft.AspNetCore.Builder;

namespace K2.Api.Tests.Api;

/// <summary>What is asked beside plain rows, on minutes 23:50, 23:51, 23:53 of two exchanges and one day.</summary>
public sealed class MarketQueryTests(TestPlatform platform) : IAsyncLifetime
{
    private static readonly Instrument Usd = new(InstrumentId.Create(Exchange.Coinbase, "BTC/USD"), "BTC-USD", "BTC", "USD", 2, 8);
    private WebApplication? _app;
    private HttpClient? _http;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var warehouse = new FakeWarehouse();
        foreach (var minute in new[] { 0, 1, 3 }) warehouse.Candles.Add(Kraken(minute, 600_000 + minute));
        foreach (var minute in new[] { 0, 3 }) warehouse.Candles.Add(Kraken(minute, 6_000_900) with { Instrument = Usd.Id });
        warehouse.Candles.Add(Kraken(0, 600_000) with { Timeframe = Timeframe.OneDay, WindowStart = Time("2024-08-08"), Volume = 300_000_000, QuoteVolume = 200_000_000_000_000 });
        warehouse.Gaps.Add(Gap("2024-08-07 23:59:00", "2024-08-08 00:00:01", GapState.Open));
        warehouse.Gaps.Add(Gap("2024-08-08 10:00:00", "2024-08-08 10:00:01", GapState.Filled));
        warehouse.Gaps.Add(Gap("2024-08-09 00:00:00", "2024-08-09 00:00:01", GapState.Open));
        _app = await platform.StartApiAsync(warehouse, new InstrumentTable([Samples.Btc, Samples.KrakenBtc, Usd]));
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http!.Dispose();
        await _app!.DisposeAsync();
    }

    [Fact]
    public async Task Candles_FourMinutes_AreMadeOfStoredOnes()
    {
        var page = await ReadAsync("/v1/ohlcv/4m?exchange=kraken&symbol=BTC-USD&from=2024-08-08T23:48:00Z", ApiJson.Default.CandlePage);

        Assert.Equal(
            [("4m", 48, 52, 60_000m, 60_000.1m, 4L), ("4m", 52, 56, 60_000m, 60_000.3m, 2L)],
            page.Data.Select(candle => (candle.Timeframe, candle.WindowStart.Minute, candle.WindowEnd.Minute, candle.Open, candle.Close, candle.TradeCount)));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Candles_Filled_AreMarkedAndPaged()
    {
        var starts = new List<(int Minute, bool Filled)>();
        for (var next = "/v1/ohlcv/1m?exchange=kraken&symbol=BTC-USD&from=2024-08-08T23:50:00Z&to=2024-08-08T23:54:00Z&fill=true&limit=1"; next is not null;)
        {
            var page = await ReadAsync(next, ApiJson.Default.CandlePage);
            starts.AddRange(page.Data.Select(candle => (candle.WindowStart.Minute, candle.Filled)));
            next = page.Next;
        }

        Assert.Equal([(50, false), (51, false), (52, true), (53, false)], starts);
    }

    [Fact]
    public async Task Batch_TwoInstruments_AnswersEachInOrder()
    {
        using var response = await PostAsync("""{"instruments": ["kraken:BTC/USD", "coinbase:BTC/USD"], "timeframe": "1m", "from": "2024-08-08T23:51:00Z", "limit": 5}""");

        var batch = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Token), ApiJson.Default.CandleBatch)!;
        Assert.Equal([("kraken", 51), ("kraken", 53), ("coinbase", 53)], batch.Data.Select(candle => (candle.Exchange, candle.WindowStart.Minute)));
    }

    [Theory]
    [InlineData("[]", "The body is no JSON object of at most 16384 bytes: write for example {\"instruments\": [\"binance:BTC/USDT\"], \"timeframe\": \"1m\"}.")]
    [InlineData("{}", "instruments must name 1 to 50 instruments, for example [\"binance:BTC/USDT\"].")]
    [InlineData("""{"instruments": ["binance:XXX/USDT"], "timeframe": "1m"}""", "instruments names one that is not here: write exchange:BASE/QUOTE as /v1/symbols lists them.")]
    [InlineData("""{"instruments": ["kraken:BTC/USD", "kraken:BTC/USD"], "timeframe": "1m"}""", "instruments names kraken:BTC/USD twice: name it once.")]
    [InlineData("""{"instruments": ["kraken:BTC/USD"]}""", "'' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.")]
    [InlineData("""{"instruments": ["kraken:BTC/USD"], "timeframe": "1m", "limit": 0}""", "limit 0 is out of range: write a whole number from 1 to 10000.")]
    [InlineData("""{"instruments": ["kraken:BTC/USD"], "timeframe": "1m", "order": "up"}""", "order is unknown: write asc or desc.")]
    public async Task Batch_BadBody_SaysWhatIsWrong(string body, string detail)
    {
        using var response = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(detail, JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Token), ApiJson.Default.ApiProblem)!.Detail);
    }

    [Fact]
    public async Task Compare_OneMissing_IsNamedAndHasNoSpread()
    {
        var page = await ReadAsync("/v1/compare/1m?symbol=BTC-USD", ApiJson.Default.ComparisonPage);

        Assert.Equal([53, 51, 50], page.Data.Select(row => row.WindowStart.Minute));
        Assert.Equal([8.7m, null, 9.0m], page.Data.Select(row => row.Spread));
        Assert.Equal([1.45m, null, 1.5m], page.Data.Select(row => row.SpreadBps));
        Assert.Equal(["", "coinbase", ""], page.Data.Select(row => string.Join(' ', row.Missing)));
        Assert.StartsWith("window_start,window_end,binance_close,kraken_close,coinbase_close,spread,spread_bps,missing\n2024-08-08T23:53:00.000000Z,2024-08-08T23:54:00.000000Z,,60000.3,60009,8.7,1.45,\n", await _http!.GetStringAsync("/v1/compare/1m?symbol=BTC-USD&format=csv", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Summary_OfADay_HasItsGapsAndAverage()
    {
        var day = Assert.Single((await ReadAsync("/v1/summary/BTC-USD/2024-08-08", ApiJson.Default.DaySummaryPage)).Data);

        Assert.Equal(("kraken", "2024-08-08", 3m, 200_000m, 66_666.666666667m), (day.Exchange, day.Date, day.Volume, day.QuoteVolume, day.Vwap));
        Assert.Equal((1, 1), (day.GapsOpen, day.GapsFilled));
        Assert.Empty((await ReadAsync("/v1/summary/BTC-USD/2024-08-09", ApiJson.Default.DaySummaryPage)).Data);
    }

    [Fact]
    public async Task Vwap_OfARange_SumsItsWindows()
    {
        var average = await ReadAsync("/v1/vwap?exchange=kraken&symbol=BTC-USD&from=2024-08-08T23:50:00Z&to=2024-08-08T23:52:00Z", ApiJson.Default.RangeAverage);
        var empty = await ReadAsync("/v1/vwap?exchange=kraken&symbol=BTC-USD&from=2024-08-08T12:00:00Z&to=2024-08-08T12:01:00Z", ApiJson.Default.RangeAverage);

        Assert.Equal((2m, 120_000.1m, 60_000.05m, 4L, 0L), (average.Volume, average.QuoteVolume, average.Vwap, average.TradeCount, average.WindowsNotComplete));
        Assert.Equal((null, 0m, null), (empty.Vwap, empty.Volume, empty.FirstTradeTime));
    }

    [Fact]
    public async Task Client_SameQuestions_AnswersTheSame()
    {
        await using var k2 = await K2Client.ConnectAsync(_app!.Urls.First(), cancellationToken: Token);
        var start = new DateTimeOffset(2024, 8, 8, 23, 50, 0, TimeSpan.Zero);

        Assert.Equal(4, await k2.GetCandlesAsync("kraken", "BTC/USD", "1m", start, start.AddMinutes(4), fill: true, cancellationToken: Token).CountAsync(Token));
        Assert.Equal("2m", Assert.Single(await k2.GetLatestCandlesAsync("kraken", "BTC/USD", "2m", 1, cancellationToken: Token)).Timeframe);
        Assert.Equal("kraken", Assert.Single(await k2.Queries.GetDayAsync("BTC/USD", new DateOnly(2024, 8, 8), "kraken", Token)).Exchange);
        Assert.Equal(60_000.05m, (await k2.Queries.GetAverageAsync("kraken", "BTC/USD", start, start.AddMinutes(2), Token)).Vwap);
        Assert.Equal(2, (await k2.Queries.CompareAsync("BTC/USD", "1m", 2, cancellationToken: Token)).Count);
        Assert.Equal(("kraken", 2L, 1L), Assert.Single((await k2.Queries.GetStatisticsAsync(Token)).Instruments.Select(row => (row.Exchange, row.Trades, row.Days))));
    }

    [Theory]
    [InlineData("candles kraken BTC/USD --timeframe 4m --from 2024-08-08T23:48:00Z --format csv", "kraken,BTC/USD,4m,2024-08-08T23:48:00.000000Z,2024-08-08T23:52:00.000000Z,60000,", 2)]
    [InlineData("candles kraken BTC/USD --from 2024-08-08T23:50:00Z --to 2024-08-08T23:54:00Z --fill --format csv", "kraken,BTC/USD,1m,2024-08-08T23:52:00.000000Z,2024-08-08T23:53:00.000000Z,60000.1,60000.1,60000.1,60000.1,0,0,0,", 4)]
    [InlineData("summary BTC/USD 2024-08-08 --format csv", "kraken,BTC/USD,2024-08-08,60000,", 1)]
    [InlineData("compare BTC/USD --limit 2 --format csv", "2024-08-08T23:53:00.000000Z,2024-08-08T23:54:00.000000Z,,60000.3,60009,8.7,1.45,", 2)]
    public async Task Cli_SameQuestions_PrintsTheRows(string arguments, string row, int rows)
    {
        var run = await CliRun.OfAsync([.. arguments.Split(' '), "--server", _app!.Urls.First()]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(rows + 1, lines.Length);
        Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cli_Stats_ListsInstruments()
    {
        var run = await CliRun.OfAsync(["stats", "--server", _app!.Urls.First()]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("kraken     BTC/USD        2      1   2024-08-08T23:50:00.342000Z   2024-08-08T23:50:59.999001Z", run.Out, StringComparison.Ordinal);
    }

    private static Candle Kraken(int minute, long close) => Samples.Candle(minute) with
    {
        Instrument = Samples.KrakenBtc.Id,
        Open = new Price(600_000),
        Close = new Price(close),
        Volume = 100_000_000,
        QuoteVolume = (Int128)close * 100_000_000,
        TradeCount = 2,
    };

    private static StoredGap Gap(string from, string until, GapState state) => new(Samples.KrakenBtc.Id, new GapChange(new FeedGap(Time(from), Time(until)), state, LogPosition.None));

    private static Timestamp Time(string text) => TimeText.TryParse(text, out var time) ? time : throw new ArgumentException(text);

    private Task<HttpResponseMessage> PostAsync(string body) => _http!.PostAsync("/v1/ohlcv/batch", new StringContent(body, Encoding.UTF8, "application/json"), Token);

    private async Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(await _http!.GetStringAsync(path, Token), type)!;
}
