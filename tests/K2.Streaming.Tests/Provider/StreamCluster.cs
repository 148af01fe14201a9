using System.Buffers.Binary;
using K2.Abstractions.Log;
using K2.Streaming.Provider;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace K2.Streaming.Tests.Provider;

/// <summary>Silos in this process that read a log through the provider.</summary>
internal sealed class StreamCluster : IAsyncDisposable
{
    public const string Provider = "log";
    public const string Topic = "t";

    private readonly WatchedLog _log;
    private readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);

    private StreamCluster(WatchedLog log, InProcessTestCluster cluster)
    {
        _log = log;
        Cluster = cluster;
    }

    public InProcessTestCluster Cluster { get; }

    /// <summary>Runs before the silos are stopped.</summary>
    public Action? Stopping { get; set; }

    public IGrainFactory Grains => Cluster.Client;

    public LogStreamStatus Status => Cluster.Silos[0].ServiceProvider.GetRequiredService<LogStreamStatus>();

    public static async Task<StreamCluster> StartAsync(WatchedLog log, Effects effects, Action<LogStreamOptions>? configure = null, short silos = 1)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<ILog>(log);
            silo.Services.AddSingleton(effects);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            silo.AddLogStreams(Provider, options =>
            {
                options.Topics = log.Topics;
                options.LongPoll = TimeSpan.FromMilliseconds(200);
                options.MinRetryPause = TimeSpan.FromMilliseconds(5);
                options.MaxRetryPause = TimeSpan.FromMilliseconds(50);
                configure?.Invoke(options);
            });
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new StreamCluster(log, cluster);
    }

    /// <summary>Appends one batch a key, numbering each key's records on.</summary>
    public Task<IReadOnlyList<K2.Domain.Log.LogPosition>> AppendAsync(params (string Key, int Records)[] batches) => AppendAsync(_log, _next, batches);

    public static Task<IReadOnlyList<K2.Domain.Log.LogPosition>> AppendAsync(ILog log, Dictionary<string, long> next, params (string Key, int Records)[] batches)
    {
        var appends = batches.Select(batch =>
        {
            var payload = new byte[batch.Records * 8];
            var first = next.GetValueOrDefault(batch.Key);
            for (var i = 0; i < batch.Records; i++) BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(i * 8), first + i);
            next[batch.Key] = first + batch.Records;
            return new LogAppend(Topic, batch.Key, batch.Records, payload);
        }).ToList();
        return log.AppendAsync(appends, TestContext.Current.CancellationToken);
    }

    public async Task DrainedAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            // Asked for before the look: a commit behind it is not missed.
            var commit = _log.NextCommit;
            if (await Status.IsDrainedAsync(timeout.Token)) return;
            await commit.WaitAsync(timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stopping?.Invoke();
        await Cluster.DisposeAsync();
    }
}
