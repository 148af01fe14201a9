using ClickHouse.Driver;
using ClickHouse.Driver.ADO;

namespace K2.Warehouse.Reading;

/// <summary>Questions to a ClickHouse that somebody else runs: it is neither started nor migrated.</summary>
public sealed class WarehouseConnection : IDisposable
{
    private static readonly TimeSpan LongestStatement = TimeSpan.FromMinutes(30);
    private readonly HttpClient _http;
    private readonly ClickHouseClient _client;

    /// <summary>Connects on first use.</summary>
    /// <param name="url">Base address of ClickHouse's HTTP protocol.</param>
    /// <param name="username">The user, or null for the default.</param>
    /// <param name="password">The password, or null for the default.</param>
    public WarehouseConnection(Uri url, string? username, string? password)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !url.IsLoopback }) { Timeout = Timeout.InfiniteTimeSpan };
        _client = new ClickHouseClient(new ClickHouseClientSettings
        {
            Host = url.Host,
            Port = (ushort)url.Port,
            Protocol = url.Scheme,
            Username = username ?? ClickHouseDefaults.Username,
            Password = password ?? ClickHouseDefaults.Password,
            UseCompression = false,
            Timeout = LongestStatement,
            HttpClient = _http,
        });
        Quality = new QualityReader(_client);
        Story = new StoryReader(_client);
    }

    /// <summary>Checks rows against each other.</summary>
    public QualityReader Quality { get; }

    /// <summary>Explains candles.</summary>
    public StoryReader Story { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }
}
