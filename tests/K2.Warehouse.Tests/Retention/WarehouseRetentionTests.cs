using System.Globalization;
using System.Text;
using K2.Abstractions;
using K2.Abstractions.Retention;
using K2.Domain;
using K2.Warehouse.Embedded;

namespace K2.Warehouse.Tests.Retention;

/// <summary>The data's clock stands at 2024-08-08 12:00: raw is kept from 08-06 12:00, trades from 07-09 12:00, candles from 2022-08-09 12:00.</summary>
public sealed class WarehouseRetentionTests(EngineFixture engine) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private static readonly Timestamp Far = Time("2030-01-01 00:00:00");

    // Each test begins with nothing: what one leaves would move another's clock.
    public async ValueTask InitializeAsync()
    {
        if (EngineLocator.FindLibrary() is null) return;
        foreach (var table in (string[])["raw_chunks", "silver_trades_store", "ohlcv_store", "candle_revisions_store", "retention_holds"]) await SqlAsync($"TRUNCATE TABLE k2.{table}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Run_Always_DropsWhatIsOldAndCoveredOnly()
    {
        foreach (var day in new[] { "2024-07-07", "2024-07-08", "2024-07-09", "2024-07-10", "2024-08-08" }) await TradeAsync(day + " 23:59:59");
        foreach (var start in new[] { "2022-06-30 23:59:00", "2022-07-31 23:59:00", "2022-08-01 00:00:00" }) await CandleAsync("1m", start);
        await CandleAsync("1d", "2024-08-08 00:00:00", "2024-08-08 12:00:00");
        await FramesAsync("2024-08-04 12:00:00", "2024-08-04 12:00:00");
        await FramesAsync("2024-08-05 23:59:59", "2024-08-06 00:00:01");
        await FramesAsync("2024-08-06 12:00:01", "2024-08-06 12:00:01");

        // Nothing is covered: nothing goes, and its size is told.
        var refused = await RunAsync(NoColdTier.Instance);
        Assert.All(refused, outcome => Assert.Empty(outcome.Dropped));
        Assert.Equal(["20240707", "20240708"], refused[1].Refused);
        Assert.Equal(2, refused[1].RefusedRows);
        Assert.True(refused[1].RefusedBytes > 0);
        Assert.Equal(Time("2024-07-09 12:00:00"), refused[1].Horizon);
        Assert.Equal(5, await CountAsync("silver_trades_store"));

        // Covered to the middle of a day: only the days before it.
        var some = await RunAsync(new Covered(Time("2024-07-08 12:00:00")));
        Assert.Equal(["20240707"], some[1].Dropped);
        Assert.Equal(["20240708"], some[1].Refused);
        Assert.Equal(["202206", "202207"], some[2].Dropped);
        Assert.Equal(4, await CountAsync("silver_trades_store"));

        // All is covered: what the horizon cuts through stays.
        var all = await RunAsync(new Covered(Far));
        Assert.Equal(["20240804", "20240805"], all[0].Dropped);
        Assert.Equal(["20240708"], all[1].Dropped);
        Assert.Empty(all[2].Dropped);
        Assert.Equal((1L, 3L, 2L), (await CountAsync("raw_chunks"), await CountAsync("silver_trades_store"), await CountAsync("ohlcv_store")));
        Assert.All(await RunAsync(new Covered(Far)), outcome => Assert.Empty(outcome.Dropped));
    }

    [Fact]
    public async Task Run_RowThatComesWhileTheColdTierIsAsked_Stays()
    {
        await CandleAsync("1d", "2024-08-08 00:00:00", "2024-08-08 12:00:00");
        await TradeAsync("2024-06-01 10:00:00", "L/USDT");
        Assert.Equal(1, await CountAsync("silver_trades_store", "canonical_symbol = 'L/USDT'"));

        // Covered is what was there; a late row of the same day comes before the drop.
        await RunAsync(new Covered(Far, () => TradeAsync("2024-06-01 11:00:00", "M/USDT")));

        Assert.Equal(0, await CountAsync("silver_trades_store", "canonical_symbol = 'L/USDT'"));
        Assert.Equal(1, await CountAsync("silver_trades_store", "canonical_symbol = 'M/USDT'"));
        await RunAsync(new Covered(Far));
        Assert.Equal(0, await CountAsync("silver_trades_store", "canonical_symbol = 'M/USDT'"));
    }

    [Fact]
    public async Task Run_DaysThatWereRestored_StayForTheirTimeAndNoOthers()
    {
        await CandleAsync("1d", "2024-08-08 00:00:00", "2024-08-08 12:00:00");
        await CandleAsync("1m", "2021-03-31 23:59:00");
        await CandleAsync("1m", "2021-04-01 00:00:00");
        await TradeAsync("2024-05-01 10:00:00", "H/USDT");
        var retention = engine.Host.Retention(new Covered(Far), new RetentionOptions());
        await retention.HoldAsync(RetainedTable.Silver, Day("2024-05-02"), Day("2024-05-04"), TestContext.Current.CancellationToken);
        await retention.HoldAsync(RetainedTable.Candles, Day("2021-04-30"), Day("2021-05-01"), TestContext.Current.CancellationToken);
        foreach (var day in new[] { "2024-05-02", "2024-05-03", "2024-05-04" }) await TradeAsync(day + " 10:00:00", "H/USDT");

        await retention.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("2024-05-02,2024-05-03", await SqlAsync("SELECT arrayStringConcat(arraySort(groupArray(toString(toDate(timestamp)))), ',') FROM k2.silver_trades_store WHERE canonical_symbol = 'H/USDT' FORMAT TSV"));
        Assert.Equal(1, await CountAsync("ohlcv_store", "window_start < '2022-01-01'"));

        // Seven days of the data's clock are over.
        await CandleAsync("1d", "2024-08-15 00:00:00", "2024-08-15 11:59:59");
        await retention.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, await CountAsync("silver_trades_store", "canonical_symbol = 'H/USDT'"));
        await CandleAsync("1d", "2024-08-15 00:00:00", "2024-08-15 12:00:00");
        await retention.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync("silver_trades_store", "canonical_symbol = 'H/USDT'"));
        Assert.Equal(0, await CountAsync("ohlcv_store", "window_start < '2022-01-01'"));
    }

    [Theory]
    [InlineData("00:30:00", "30.00:00:00", "730.00:00:00", "K2:Retention:Raw 00:30:00 is out of range: write 01:00:00 (an hour) to 36500.00:00:00 (a hundred years).")]
    [InlineData("48.00:00:00", "30.00:00:00", "730.00:00:00", "K2:Retention:Silver 30.00:00:00 is shorter than Raw 48.00:00:00: a layer is kept at least as long as the one below.")]
    [InlineData("02:00:00", "30.00:00:00", "29.00:00:00", "K2:Retention:Candles 29.00:00:00 is shorter than Silver 30.00:00:00: a layer is kept at least as long as the one below.")]
    public void Checked_TimesThatDoNotGoTogether_AreRefused(string raw, string silver, string candles, string message)
    {
        var options = new RetentionOptions { Raw = Span(raw), Silver = Span(silver), Candles = Span(candles) };

        Assert.Equal(message, Assert.Throws<StartupException>(options.Checked).Message);
    }

    [Fact]
    public void Checked_Defaults_AreThoseOfTheDesign()
    {
        var options = new RetentionOptions().Checked();

        Assert.Equal((TimeSpan.FromHours(48), TimeSpan.FromDays(30), TimeSpan.FromDays(730)), (options.Raw, options.Silver, options.Candles));
    }

    private static TimeSpan Span(string text) => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture);

    private static Timestamp Time(string text) => TimeText.TryParse(text, out var time) ? time : throw new ArgumentException(text);

    private Task<IReadOnlyList<RetentionOutcome>> RunAsync(IColdCoverage coverage) => engine.Host.Retention(coverage, new RetentionOptions()).RunAsync(TestContext.Current.CancellationToken);

    private static int Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private Task<string> TradeAsync(string time, string symbol = "R/USDT") => SqlAsync($"INSERT INTO k2.silver_trades_store (exchange, canonical_symbol, trade_id, timestamp) SELECT 'binance', '{symbol}', 1, toDateTime64('{time}', 6, 'UTC')");

    private Task<string> CandleAsync(string timeframe, string start, string? closeTime = null) =>
        SqlAsync($"INSERT INTO k2.ohlcv_store (exchange, canonical_symbol, timeframe, window_start, close_time) SELECT 'binance', 'R/USDT', '{timeframe}', toDateTime64('{start}', 6, 'UTC'), toDateTime64('{closeTime ?? start}', 6, 'UTC')");

    private Task<string> FramesAsync(string first, string last) =>
        SqlAsync($"INSERT INTO k2.raw_chunks (exchange, origin, first_sequence, received_timestamps, first_received) SELECT 'binance', 'r', 1, [toDateTime64('{first}', 6, 'UTC'), toDateTime64('{last}', 6, 'UTC')], toDateTime64('{first}', 6, 'UTC')");

    private async Task<long> CountAsync(string table, string condition = "1") => long.Parse(await SqlAsync($"SELECT count() FROM k2.{table} WHERE {condition} FORMAT TSV"), CultureInfo.InvariantCulture);

    private async Task<string> SqlAsync(string sql)
    {
        using var answer = new MemoryStream();
        await engine.Host.QueryRawAsync(sql, answer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(answer.ToArray()).Trim();
    }

    private sealed class Covered(Timestamp until, Func<Task>? meanwhile = null) : IColdCoverage
    {
        public async Task<Timestamp?> CoveredUntilAsync(RetainedTable table, CancellationToken cancellationToken)
        {
            if (table == RetainedTable.Silver && meanwhile is not null) await meanwhile();
            return until;
        }
    }
}
