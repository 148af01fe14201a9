using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Abstractions.Diagnostics;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Tests.Writing;

/// <summary>The real writer over a client whose ClickHouse is a handler of the test.</summary>
internal sealed class WriterOverHttp : IAsyncDisposable
{
    private readonly HttpMessageHandler _server;
    private readonly HttpClient _http;
    private readonly ClickHouseClient _client;
    private readonly PipelineCounters _counters = new();
    private readonly WriterMetrics _metrics = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public WriterOverHttp(HttpMessageHandler server, WarehouseOptions options, TimeProvider time, ILogger logger)
    {
        (_server, _time, _logger) = (server, time, logger);
        _http = new HttpClient(server, disposeHandler: false);
        _client = new ClickHouseClient(new ClickHouseClientSettings { Host = "clickhouse", HttpClient = _http, UseCompression = false });
        Writer = Open(options);
    }

    public ClickHouseWarehouseWriter Writer { get; }

    /// <summary>Another writer to the same ClickHouse; the caller's.</summary>
    public ClickHouseWarehouseWriter Open(WarehouseOptions options) => new(options, new BlockSender(_client, _time, new OutageLog(_time, _logger), _metrics), _counters, NoProtocolProbe.Instance, _metrics, _time);

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        _client.Dispose();
        _http.Dispose();
        _server.Dispose();
        _metrics.Dispose();
        _counters.Dispose();
    }
}
