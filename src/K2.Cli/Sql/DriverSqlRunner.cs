using System.Net;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;

namespace K2.Cli.Sql;

/// <summary>Sends SQL to ClickHouse's HTTP protocol by the official driver and copies the answer unread.</summary>
internal sealed class DriverSqlRunner : ISqlRunner
{
    private const string ConnectionStringVariable = "K2__ClickHouse__ConnectionString";

    /// <summary>The driver takes no endless time: a day is the end of a person's patience.</summary>
    private static readonly TimeSpan LongestStatement = TimeSpan.FromDays(1);

    private readonly Uri _url;
    private readonly IAsyncDisposable? _engine;
    private readonly HttpClient _http;
    private readonly ClickHouseClient _client;

    /// <param name="url">Base address of ClickHouse's HTTP protocol.</param>
    /// <param name="engine">The engine behind it if it was started for this command: it is stopped at the end.</param>
    public DriverSqlRunner(Uri url, IAsyncDisposable? engine)
    {
        _url = url;
        _engine = engine;

        // No compression, so that bytes pass as they are; no time limit, because Ctrl-C is the limit of a person.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !url.IsLoopback, AutomaticDecompression = DecompressionMethods.None }) { Timeout = Timeout.InfiniteTimeSpan };
        var known = Known(url);
        _client = new ClickHouseClient(new ClickHouseClientSettings
        {
            Host = url.Host,
            Port = (ushort)url.Port,
            Protocol = url.Scheme,
            Username = known?.Username ?? ClickHouseDefaults.Username,
            Password = known?.Password ?? ClickHouseDefaults.Password,
            UseCompression = false,
            Timeout = LongestStatement,
            HttpClient = _http,
        });
    }

    public async Task RunAsync(string sql, string defaultFormat, Stream output, CancellationToken cancellationToken)
    {
        try
        {
            var options = new QueryOptions { CustomSettings = new Dictionary<string, object> { ["default_format"] = defaultFormat } };
            using var result = await _client.ExecuteRawResultAsync(sql, options, cancellationToken);
            await using var answer = await result.ReadAsStreamAsync();
            await answer.CopyToAsync(output, cancellationToken);
        }
        catch (ClickHouseServerException refused)
        {
            throw CliException.Failed(refused.Message, refused);
        }
        catch (HttpRequestException unreachable)
        {
            throw CliException.Failed($"ClickHouse does not answer at {_url.GetLeftPart(UriPartial.Authority)}: look at the silo's /health.", unreachable);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
    }

    /// <summary>Returns the environment's connection to the same server, which has the credentials that the silo does not give away; else null.</summary>
    private static ClickHouseClientSettings? Known(Uri url)
    {
        if (Environment.GetEnvironmentVariable(ConnectionStringVariable) is not { Length: > 0 } text) return null;
        var settings = new ClickHouseClientSettings(text);
        return settings.Host == url.Host && settings.Port == url.Port ? settings : null;
    }
}
