using K2.Cli.Bench;
using K2.Client;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>What an operator has paused stays paused when the silo is killed.</summary>
public sealed class PauseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pause_SiloIsKilled_TheNextOneIsPausedUntilItIsResumed()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        List<string> arguments = ["--data", folder.Data, "--exchanges", "kraken"];
        using (var silo = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.StoredAsync(silo, 20);
            await using var client = await ConnectAsync(silo, folder);
            await client.PauseAsync("kraken", Token);
            silo.Kill();
            await silo.WaitAsync(RunningSilo.Limit, Token);
        }

        using (var silo = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await using var client = await ConnectAsync(silo, folder);
            Assert.Equal("paused", await StateAsync(client));
            await client.ResumeAsync("kraken", Token);
            await RunningSilo.UntilAsync(async () => await StateAsync(client) == "streaming", silo, "kraken does not stream");
            silo.Kill();
            await silo.WaitAsync(RunningSilo.Limit, Token);
        }

        using (var silo = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await using var client = await ConnectAsync(silo, folder);
            await RunningSilo.UntilAsync(async () => await StateAsync(client) == "streaming", silo, "kraken does not stream after it was resumed");
            await silo.TerminateAsync();
            Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, Token));
        }

        Assert.Equal("paused\nresumed\n", await RunningSilo.QueryAsync(folder.Data, "SELECT outcome FROM k2.audit_log WHERE check_name = 'connector' AND subject = 'kraken' ORDER BY audited_at FORMAT TSV"));
    }

    private static async Task<K2Client> ConnectAsync(SiloProcess silo, TemporaryFolder folder)
    {
        using var client = await SiloClient.OfAsync(silo, folder.Data);
        return await client.ConnectAsync();
    }

    private static async Task<string> StateAsync(K2Client client) => (await client.GetStatusAsync(Token)).Connectors.Single(connector => connector.Exchange == "kraken").State;
}
