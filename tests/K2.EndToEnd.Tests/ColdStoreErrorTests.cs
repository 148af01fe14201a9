using System.Net;
using System.Text.Json;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;
using K2.Simulator.ObjectStore;

namespace K2.EndToEnd.Tests;

/// <summary>A cold store that is set up wrong is one line at start that says how to mend it; trades are taken and served all the same.</summary>
public sealed class ColdStoreErrorTests : IAsyncLifetime
{
    private const string WrongSecret = "not-the-secret-of-the-stub";
    private S3Stub _stub = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stub = await S3Stub.StartAsync();

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    [Fact]
    public Task BucketThatIsNotThere() => SaidAsync(Bucket("not-there"), $"the cold store's bucket not-there at {_stub.Url} does not exist: create it, or correct K2:Cold:Bucket");

    [Fact]
    public Task WrongAccessKey() => SaidAsync(
        Bucket(access: "not-the-key-of-the-stub"), $"the cold store's bucket k2-cold at {_stub.Url} refuses the credentials (InvalidAccessKeyId): correct the access key in K2_S3_ACCESS_KEY");

    [Fact]
    public Task WrongSecretKey() => SaidAsync(
        Bucket(secret: WrongSecret), $"the cold store's bucket k2-cold at {_stub.Url} refuses the credentials (SignatureDoesNotMatch): correct the secret key in K2_S3_SECRET_KEY, which must be that of the access key in K2_S3_ACCESS_KEY");

    [Fact]
    public Task SecretKeyThatIsNotSet() => SaidAsync(Bucket(secret: ""), "cold store: the environment variable K2_S3_SECRET_KEY with the secret key is not set: set it");

    [Fact]
    public async Task FolderThatIsReadOnly()
    {
        // Not even root may make a folder there.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /sys");
        await SaidAsync(new() { ["K2__Cold__Folder"] = "/sys" }, "the cold store's folder /sys cannot be written to (", "): let this user write there, or name another one by K2:Cold:Folder");
    }

    [Fact]
    public async Task TableOfAnUnknownVersion()
    {
        using var folder = new TemporaryFolder();
        var metadata = Directory.CreateDirectory(Path.Combine(folder.Path, "cold", "silver_trades", "metadata")).FullName;
        await File.WriteAllTextAsync(Path.Combine(metadata, "v7.metadata.json"), """{"format-version": 3}""", Token);

        await SaidAsync(
            new() { ["K2__Cold__Folder"] = folder.Path },
            $"{metadata}/v7.metadata.json is an Iceberg table of version 3; only version 2 is supported: move it away, or keep the tables elsewhere (K2:Cold:Folder or K2:Cold:Prefix)");

        Assert.Equal(["v7.metadata.json"], Directory.EnumerateFiles(metadata).Select(Path.GetFileName));
    }

    [Fact]
    public async Task StoreWithoutConditionalPut_IsUsedOnceItHasIt()
    {
        _stub.ConditionalPut = false;
        await SaidAsync(
            Bucket(),
            "the cold store s3://k2-cold/lake does not honour conditional puts (If-None-Match: *), without which two exporters could overwrite each other: use a store that does, or a folder (K2:Cold:Folder)",
            async http =>
            {
                _stub.ConditionalPut = true;
                var run = await RunExportAsync(http);
                Assert.Equal("exported", run);
                Assert.DoesNotContain((await JsonAsync(http, "/v1/cold")).GetProperty("data").EnumerateArray(), table => table.GetProperty("problems").GetArrayLength() > 0);
                Assert.Equal("ok", (await JsonAsync(http, "/health")).GetProperty("status").GetString());
                Assert.Contains(_stub.Requests, request => request.StartsWith("PUT lake/cold/silver_trades/metadata/v1.metadata.json", StringComparison.Ordinal));
            });
    }

    private static async Task<string> RunExportAsync(HttpClient http)
    {
        await using var k2 = await K2.Client.K2Client.ConnectAsync(http.BaseAddress!.ToString(), cancellationToken: Token);
        return (await k2.Cold.RunAsync("silver_trades", new K2.Contracts.Cold.ColdJob { Work = K2.Contracts.Cold.ColdWork.Export }, Token)).Outcome;
    }

    private static async Task<JsonElement> JsonAsync(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), Token)).RootElement;

    private Dictionary<string, string> Bucket(string? bucket = null, string access = S3Stub.AccessKey, string secret = S3Stub.SecretKey) => new()
    {
        ["K2__Cold__Bucket"] = bucket ?? _stub.Bucket,
        ["K2__Cold__Endpoint"] = _stub.Url.ToString(),
        ["K2__Cold__Prefix"] = "lake",
        ["K2_S3_ACCESS_KEY"] = access,
        ["K2_S3_SECRET_KEY"] = secret,
    };

    private Task SaidAsync(Dictionary<string, string> settings, params string[] parts) => SaidAsync(settings, parts, _ => Task.CompletedTask);

    private Task SaidAsync(Dictionary<string, string> settings, string said, Func<HttpClient, Task> then) => SaidAsync(settings, [said], then);

    private async Task SaidAsync(Dictionary<string, string> settings, string[] parts, Func<HttpClient, Task> then)
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data, "--symbols", "BTC/USDT", "ETH/USDT"], environment: settings);
        await RunningSilo.StoredAsync(silo, 10);

        var line = Assert.Single(silo.Output.Split('\n'), line => line.Contains("cold", StringComparison.Ordinal));
        Assert.StartsWith("cold tier   CANNOT BE USED, nothing is exported until it can: ", line, StringComparison.Ordinal);
        foreach (var part in parts) Assert.Contains(part, line, StringComparison.Ordinal);
        foreach (var secret in (string[])[S3Stub.SecretKey, WrongSecret]) Assert.DoesNotContain(secret, silo.Output, StringComparison.Ordinal);

        var url = silo.Output.Split('\n').First(printed => printed.StartsWith("candles  ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        Assert.NotEqual(0, (await JsonAsync(http, "/v1/trades?exchange=binance&symbol=BTC-USDT")).GetProperty("data").GetArrayLength());
        foreach (var table in (await JsonAsync(http, "/v1/cold")).GetProperty("data").EnumerateArray())
        {
            foreach (var part in parts) Assert.Contains(part, table.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        }

        // The report is degraded, but what orchestrators look at is not.
        using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        var problem = Assert.Single(health.GetProperty("problems").EnumerateArray()).GetString();
        Assert.StartsWith("Cold tables raw_frames, bronze_trades_binance, ", problem, StringComparison.Ordinal);
        foreach (var part in parts) Assert.Contains(part, problem, StringComparison.Ordinal);

        using var snapshots = await http.GetAsync(new Uri("/v1/snapshots?table=silver_trades", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, snapshots.StatusCode);
        using var state = await http.GetAsync(new Uri("/v1/trades?exchange=binance&symbol=BTC-USDT&snapshot=1", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, state.StatusCode);
        Assert.Contains(parts[0], JsonDocument.Parse(await state.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await then(http);
        await RunningSilo.StoredAsync(silo, 30);
    }
}
