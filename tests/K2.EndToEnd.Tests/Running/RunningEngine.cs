using K2.Abstractions.Diagnostics;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.EndToEnd.Tests.Running;

/// <summary>A warehouse with its engine on a folder of the test, spoken to by HTTP.</summary>
internal sealed class RunningEngine : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly PipelineCounters _counters = new();
    private WarehouseHost _host = null!;

    public Uri Url => _host.Url;

    public int ProcessId => _host.EngineProcessId!.Value;

    public static async Task<RunningEngine> StartAsync(string folder, int port = 0)
    {
        var engine = new RunningEngine();
        engine._host = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = folder, Port = port }, RunningSilo.Instruments, engine._counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return engine;
    }

    /// <summary>Runs a statement; fails with the engine's text if it is refused.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        var (isDone, text) = await TryAsync(sql);
        Assert.True(isDone, text);
        return text;
    }

    /// <summary>Runs a statement; false with the engine's text if it is refused.</summary>
    public async Task<(bool IsDone, string Text)> TryAsync(string sql)
    {
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(_host.Url, body, TestContext.Current.CancellationToken);
        return (response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _counters.Dispose();
        _http.Dispose();
    }
}
