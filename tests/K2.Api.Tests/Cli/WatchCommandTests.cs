using K2.Api.Tests.Hosting;
using K2.Cli;
using K2.Cli.Commands;
using K2.Contracts.Live;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Cli;

public sealed class WatchCommandTests(TestPlatform platform)
{
    [Fact]
    public async Task Write_Events_IsOneLineATradeAndTellsLoss()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };

        await WatchCommand.WriteAsync(new[] { Event(1, 0, 1), Event(4, 2), Event(9_000_000, 3) }.ToAsyncEnumerable(), long.MaxValue, false, new Terminal(output, error, Stream.Null, false));

        Assert.Equal(
            """
            2024-08-08T23:50:00.000000Z  BUY            61837.63           0.00123  #5000
            2024-08-08T23:50:00.000000Z  SELL           61837.64           0.00124  #5001
            2024-08-08T23:50:00.000000Z  BUY            61837.65           0.00125  #5002
            2024-08-08T23:50:00.001001Z  SELL           61837.66           0.00126  #5003

            """,
            output.ToString());
        Assert.Equal("k2: 2 events were lost here\nk2: the server began anew here, events may be missing\n", error.ToString());
    }

    [Fact]
    public async Task Watch_Count_EndsAfterThatManyTrades()
    {
        var live = platform.Live("binance:BTC/USDT");
        var running = CliRun.OfAsync(["watch", "binance", "BTC/USDT", "--count", "2", "--server", platform.Endpoints.Url]);
        while (await live.Observers() == 0) await Task.Yield();

        await live.Publish(Event(1, 0, 1, 2));
        var run = await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(2, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, await live.Observers());
    }

    [Fact]
    public async Task Watch_Interrupted_EndsWith0()
    {
        var live = platform.Live("binance:INTERRUPT/USDT");
        using var stop = new CancellationTokenSource();
        var running = CliRun.OfAsync(["watch", "binance", "INTERRUPT/USDT", "--server", platform.Endpoints.Url], stop: stop.Token);
        while (await live.Observers() == 0) await Task.Yield();

        await stop.CancelAsync();
        var run = await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
        Assert.Equal(0, await live.Observers());
    }

    private static LiveEvent Event(long sequence, params int[] trades) =>
        new() { Trades = [.. trades.Select(number => Samples.Trade(number).Trade.ToView(Samples.Btc))], Candles = [], Sequence = sequence };
}
