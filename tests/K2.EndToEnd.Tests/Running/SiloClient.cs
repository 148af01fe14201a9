using System.Text.Json;
using K2.Cli.Bench;
using K2.Client;
using K2.Contracts.Hosting;

namespace K2.EndToEnd.Tests.Running;

/// <summary>What a test asks a running silo: pages, SQL, the command line, the client; found by the <c>silo.json</c> of its folder.</summary>
internal sealed class SiloClient : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly SiloProcess _silo;
    private readonly string _data;

    private SiloClient(SiloProcess silo, string data)
    {
        (_silo, _data) = (silo, data);
        Endpoints = EndpointsIn(data);
        _http.BaseAddress = new Uri(Endpoints.Url);
    }

    public SiloEndpoints Endpoints { get; }

    /// <summary>Waits until the silo has told where it is reached.</summary>
    public static async Task<SiloClient> OfAsync(SiloProcess silo, string data)
    {
        await RunningSilo.PrintedAsync(silo, "ClickHouse  ");
        return new SiloClient(silo, data);
    }

    /// <summary>Reads where a silo that has told it is reached.</summary>
    public static SiloEndpoints EndpointsIn(string data) => SiloEndpoints.FromJson(File.ReadAllText(Path.Combine(data, SiloEndpoints.FileName)));

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>Returns a page's text; fails if it is refused.</summary>
    public async Task<string> TextAsync(string path)
    {
        using var answer = await GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path} answers {(int)answer.StatusCode}: {text}");
        return text;
    }

    /// <summary>Returns a page's JSON; fails if it is refused.</summary>
    public async Task<JsonElement> JsonAsync(string path) => JsonElement.Parse(await TextAsync(path));

    /// <summary>Runs a statement in the silo's ClickHouse and returns the answer without the last line's end; fails with the engine's text if it is refused.</summary>
    public async Task<string> SqlAsync(string sql)
    {
        using var body = new StringContent(sql);
        using var answer = await _http.PostAsync(new Uri(Endpoints.ClickHouseUrl), body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.TrimEnd('\n');
    }

    /// <summary>Waits, with a bound, until something is so; fails at once if the silo ends.</summary>
    public Task UntilAsync(Func<Task<bool>> condition, string complaint) => RunningSilo.UntilAsync(condition, _silo, complaint);

    /// <summary>Runs the command line on the silo's folder and returns what it wrote; fails with that if it does not end with 0.</summary>
    public Task<string> K2Async(params string[] arguments) => K2Run.OkAsync(_data, arguments);

    /// <summary>Returns how such a run ended.</summary>
    public async Task<int> CodeAsync(params string[] arguments) => (await K2Run.OfAsync(_data, arguments)).Code;

    /// <summary>Returns a client as apps use it.</summary>
    public Task<K2Client> ConnectAsync() => K2Client.ConnectAsync(Endpoints, cancellationToken: TestContext.Current.CancellationToken);

    public void Dispose() => _http.Dispose();
}
