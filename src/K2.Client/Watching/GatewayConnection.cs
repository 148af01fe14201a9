using System.Collections.Concurrent;
using System.Net;
using K2.Contracts.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace K2.Client.Watching;

/// <summary>A connected Orleans client, and the watches that end with it.</summary>
internal sealed class GatewayConnection : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly SiloEndpoints _endpoints;
    private readonly ConcurrentDictionary<IWatchChannel, byte> _watches;

    private GatewayConnection(IHost host, SiloEndpoints endpoints, ConcurrentDictionary<IWatchChannel, byte> watches)
    {
        _host = host;
        _endpoints = endpoints;
        _watches = watches;
        Cluster = host.Services.GetRequiredService<IClusterClient>();
    }

    public IClusterClient Cluster { get; }

    /// <summary>Whether the app has closed the connection itself.</summary>
    public bool IsClosed { get; private set; }

    public static async Task<GatewayConnection> ConnectAsync(SiloEndpoints endpoints, K2ClientOptions options, CancellationToken cancellationToken)
    {
        if (!IPEndPoint.TryParse(endpoints.Gateway, out var gateway) || gateway.Port == 0)
            throw new K2ClientException($"The server names '{endpoints.Gateway}' as its gateway, which is no address and port: check /v1/cluster.");

        var watches = new ConcurrentDictionary<IWatchChannel, byte>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(options.Loggers ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.UseOrleansClient(client => client
            .UseStaticClustering(gateway)
            .Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = endpoints.ClusterId;
                cluster.ServiceId = endpoints.ServiceId;
            })
            .UseConnectionRetryFilter((_, _) => Task.FromResult(false))
            .Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.RequestTimeout)
            .AddClusterConnectionLostHandler((_, _) => EndAll(watches, Lost(endpoints, null))));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new GatewayConnection(host, endpoints, watches);
        }
        catch (Exception failure)
        {
            await DisposeAsync(host);
            if (failure is OperationCanceledException && cancellationToken.IsCancellationRequested) throw;
            throw new K2ClientException($"The gateway {endpoints.Gateway} of {endpoints.Url} cannot be reached: check that it is open to this machine.", true, failure);
        }
    }

    public void Register(IWatchChannel watch) => _watches.TryAdd(watch, 0);

    public void Forget(IWatchChannel watch) => _watches.TryRemove(watch, out _);

    /// <summary>As the other overload, for a call without an answer.</summary>
    public Task CallAsync(Func<IClusterClient, Task> call, CancellationToken cancellationToken) =>
        CallAsync(
            async cluster =>
            {
                await call(cluster);
                return true;
            },
            cancellationToken);

    /// <summary>Calls a grain and turns a failure of the connection into one sentence.</summary>
    public async Task<T> CallAsync<T>(Func<IClusterClient, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(Cluster).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (IsOfConnection(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw Lost(_endpoints, failure);
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException)
        {
            // What a grain refuses, it refuses in words for people.
            throw new K2ClientException(refused.Message, inner: refused);
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsClosed = true;
        EndAll(_watches, null);
        await DisposeAsync(_host);
    }

    private static bool IsOfConnection(Exception failure) =>
        failure is OrleansException or TimeoutException or ObjectDisposedException or OperationCanceledException;

    private static async ValueTask DisposeAsync(IHost host)
    {
        try
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
            await host.StopAsync(atOnce.Token);
        }
        catch (OperationCanceledException)
        {
            // The silo is gone: there is nobody to say goodbye to.
        }
        finally
        {
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else host.Dispose();
        }
    }

    private static void EndAll(ConcurrentDictionary<IWatchChannel, byte> watches, Exception? failure)
    {
        foreach (var watch in watches.Keys) watch.End(failure);
    }

    private static K2ClientException Lost(SiloEndpoints endpoints, Exception? cause) =>
        new($"The server {endpoints.Url} no longer answers: connect again when it is back.", true, cause);
}
