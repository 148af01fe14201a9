using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using K2.Contracts.Hosting;
using K2.Contracts.Http;

namespace K2.Client.Http;

/// <summary>Reads the platform's REST API and turns every failure into one sentence.</summary>
internal sealed class K2RestApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _server;

    public K2RestApi(Uri server, TimeSpan timeout, HttpMessageHandler? handler = null)
    {
        _server = server;

        // A proxy of the environment is never meant for this machine's own addresses.
        _http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = !server.IsLoopback, AutomaticDecompression = DecompressionMethods.All, AllowAutoRedirect = false })
        {
            BaseAddress = server,
            Timeout = timeout,
        };
    }

    /// <summary>Checks an address of a server.</summary>
    /// <exception cref="K2ClientException">It is no http or https address.</exception>
    public static Uri ParseServer(string server) =>
        Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0
            ? uri
            : throw new K2ClientException($"'{server}' is no address of a server: write for example {K2Client.DefaultServer}.");

    public async Task<SiloEndpoints> GetClusterAsync(CancellationToken cancellationToken)
    {
        var json = await ReadAsync("/v1/cluster", cancellationToken);
        try
        {
            return SiloEndpoints.FromJson(json);
        }
        catch (JsonException notOurs)
        {
            throw NotOurs(notOurs);
        }
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var json = await ReadAsync(path, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw NotOurs(null);
        }
        catch (JsonException notOurs)
        {
            throw NotOurs(notOurs);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith("/v1/", StringComparison.Ordinal)) throw NotOurs(null);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server, path));
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? body : throw Refused(path, response, body);
        }
        catch (HttpRequestException unreachable)
        {
            throw new K2ClientException($"No K2 server answers at {Shown}: start one (dotnet run --project silo) or name its address.", true, unreachable);
        }
        catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw new K2ClientException($"{Shown} did not answer within {_http.Timeout.TotalSeconds:0.###} s: look at its /health.", true, slow);
        }
    }

    private K2ClientException Refused(string path, HttpResponseMessage response, string body)
    {
        string? detail = null;
        try
        {
            detail = JsonSerializer.Deserialize(body, ApiJson.Default.ApiProblem)?.Detail;
        }
        catch (JsonException)
        {
            // Not a problem document: then the status code has to say it.
        }

        var transient = response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway or HttpStatusCode.TooManyRequests;
        return new K2ClientException(detail ?? $"{Shown} answered {(int)response.StatusCode} at {path.Split('?')[0]}: is it a K2 server?", transient);
    }

    private K2ClientException NotOurs(Exception? cause) => new($"What answers at {Shown} is no K2 server of this version: check the address.", false, cause);

    private string Shown => _server.GetLeftPart(UriPartial.Authority);
}
