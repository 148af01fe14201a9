using K2.Client;

namespace K2.Api.Tests.Client;

/// <summary>The lines between the marks stand in the README: that they compile is checked here, that they are the same in <see cref="ReadmeExampleTests"/>.</summary>
internal static class ReadmeExample
{
    public static async Task RunAsync()
    {
        // <readme>
        await using var k2 = await K2Client.ConnectAsync("http://127.0.0.1:8180");
        var last = await k2.GetLastTradeAsync("binance", "BTC/USDT");
        Console.WriteLine($"{last?.Time:O} {last?.Price}");
        await foreach (var change in k2.WatchAsync("binance", "BTC/USDT"))
            Console.WriteLine(change.Candles[0].Close);
        // </readme>
    }
}
