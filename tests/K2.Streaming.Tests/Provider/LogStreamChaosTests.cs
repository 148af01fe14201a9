using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Provider;

/// <summary>Random faults in grains and silos over an embedded log; the effects must be exact and no commit may run ahead of them.</summary>
public class LogStreamChaosTests
{
    private const int Keys = 6;

    [Theory]
    [InlineData(12, 1, true)]
    [InlineData(13, 2, false)]
    public async Task Delivery_UnderFaultsAndRestarts_IsExact(int seed, short silos, bool reopen)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        var effects = new Effects
        {
            Faults = new FaultPlan(seed) { FailBefore = 0.1, FailAfter = 0.05, Deactivate = 0.03, Slow = 0.1 },
            RewindWay = (RewindWay)(seed % 2),
        };
        var next = new Dictionary<string, long>();
        var log = new WatchedLog(await OpenAsync(folder.Path), effects);
        for (var round = 0; round < 3; round++)
        {
            var cluster = await StreamCluster.StartAsync(log, effects, options => options.MaxReadBytes = 2048, silos);
            for (var i = 0; i < 40; i++)
            {
                await StreamCluster.AppendAsync(log, next, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (Key(random.Next(Keys)), random.Next(1, 20)))]);
                if (random.Next(10) == 0) await cluster.Grains.GetGrain<IApplyGrain>(Key(random.Next(Keys))).Deactivate();
            }

            var half = next.Values.Sum() / 2;
            await effects.WhenAsync(e => Enumerable.Range(0, Keys).Sum(i => e.CountOf(Key(i))) >= half, $"seed {seed}, round {round}");
            if (round == 1) await cluster.Cluster.KillSiloAsync(cluster.Cluster.Silos[^1]);
            await cluster.DisposeAsync();
            if (!reopen) continue;

            Assert.Empty(log.Violations);
            await log.DisposeAsync();
            log = new WatchedLog(await OpenAsync(folder.Path), effects);
        }

        effects.Faults.IsOver = true;
        await using (var last = await StreamCluster.StartAsync(log, effects, null, silos))
        {
            await effects.WhenAsync(e => next.All(pair => e.CountOf(pair.Key) >= pair.Value), $"seed {seed}, end");
            await last.DrainedAsync();
        }

        Assert.Equal(next.OrderBy(pair => pair.Key), next.Keys.Order().Select(key => KeyValuePair.Create(key, effects.CountOf(key))));
        Assert.Empty(effects.Errors);
        Assert.Empty(log.Violations);
        await log.DisposeAsync();
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"key-{number}");

    /// <summary>Opens the test's log, also again after it was disposed.</summary>
    protected virtual async Task<ILog> OpenAsync(string folder) => await EmbeddedLog.OpenAsync(
        new EmbeddedLogOptions { Folder = folder, Topics = [new LogTopic(StreamCluster.Topic, 2)] },
        new Dictionary<(string, int), LogPosition>(), TimeProvider.System, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, CancellationToken.None);
}
