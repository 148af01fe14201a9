using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;
using K2.Silo;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>A start while something that it needs is away.</summary>
public sealed class StartupWaitTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly ArmedTimeProvider _time = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => _errors.Dispose();

    [Fact]
    public async Task ForAsync_AwayAndBack_TellsOnceAndReturns()
    {
        var tries = 0;
        var wait = new StartupWait(Limit, _errors, _time);
        var paused = _time.WhenArmed(due => due == Pause);

        var starting = wait.ForAsync(() => ++tries < 3 ? throw new StartupException("it does not answer") { IsAway = true } : Task.FromResult(tries), TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await paused;
            paused = i == 0 ? _time.WhenArmed(due => due == Pause) : paused;
            _time.Advance(Pause);
        }

        Assert.Equal(3, await starting);
        Assert.Equal("k2: waits up to 5 s: it does not answer", _errors.ToString().TrimEnd());
    }

    [Fact]
    public async Task ForAsync_AwayForLongerThanTheLimit_Throws()
    {
        var wait = new StartupWait(Limit, _errors, _time);
        _time.Advance(Limit);

        await Assert.ThrowsAsync<StartupException>(() => wait.ForAsync<int>(() => throw new StartupException("it does not answer") { IsAway = true }, TestContext.Current.CancellationToken));
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public async Task ForAsync_Mistake_IsNotWaitedFor()
    {
        var wait = new StartupWait(Limit, _errors, _time);

        await Assert.ThrowsAsync<StartupException>(() => wait.ForAsync<int>(() => throw new StartupException("a setting is wrong"), TestContext.Current.CancellationToken));
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public async Task Start_ClickHouseComesLater_WaitsAndStarts()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        var port = FreePort.Find();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data], null, new Dictionary<string, string> { ["K2__ClickHouse__ConnectionString"] = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Protocol=http") });
        await RunningSilo.PrintedAsync(silo, "k2: waits up to 60 s: ClickHouse at 127.0.0.1:");

        await using var engine = await RunningEngine.StartAsync(Path.Combine(folder.Path, "clickhouse"), port);

        await RunningSilo.PrintedAsync(silo, "ready in");
        await silo.TerminateAsync();
        Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_SignalWhileItWaits_EndsAtOnce()
    {
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data], null, new Dictionary<string, string> { ["K2__ClickHouse__ConnectionString"] = "Host=127.0.0.1;Port=1;Protocol=http" });
        await RunningSilo.PrintedAsync(silo, "k2: waits up to 60 s");

        await silo.TerminateAsync();

        Assert.Equal(0, await silo.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Contains("ended by a signal before it had started", silo.Output, StringComparison.Ordinal);
    }
}
