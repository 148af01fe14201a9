using System.Text;

namespace K2.Warehouse.Tests;

public sealed class HttpFrontTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Answer_OfAQuery_HasTheHeadersOfClickHouse()
    {
        var answer = (await GetAsync("/?query=SELECT+1+FORMAT+jsonEachRow&query_id=a-1")).Ok("{\"1\":1}\n");

        Assert.Equal(("a-1", "k2", "JSONEachRow", "application/x-ndjson; charset=UTF-8", "8"), (answer["X-ClickHouse-Query-Id"], answer["X-ClickHouse-Server-Display-Name"], answer["X-ClickHouse-Format"], answer["Content-Type"], answer["Content-Length"]));
        Assert.Equal((await GetAsync("/?query=SELECT+timezone()")).Text.TrimEnd(), answer["X-ClickHouse-Timezone"]);
        Assert.StartsWith("{\"read_rows\":\"1\",\"read_bytes\":\"1\",\"written_rows\":\"0\",\"written_bytes\":\"0\",\"total_rows_to_read\":\"1\",\"result_rows\":\"1\",", answer["X-ClickHouse-Summary"], StringComparison.Ordinal);
        Assert.Equal("Asia/Tokyo", (await GetAsync("/?query=SELECT+1&session_timezone=Asia/Tokyo")).Ok()["X-ClickHouse-Timezone"]);
    }

    [Theory]
    [InlineData("SELECT nope", 404, 47)]
    [InlineData("SELECT * FROM nope", 404, 60)]
    [InlineData("SELECT 1 FORMAT Nope", 404, 73)]
    [InlineData("SELEC 1", 400, 62)]
    [InlineData("SELECT 1; SELECT 2", 400, 62)]
    [InlineData("", 400, 62)]
    [InlineData(" -- nothing", 400, 62)]
    [InlineData("SELECT throwIf(1)", 500, 395)]
    [InlineData("SELECT sleep(2) SETTINGS max_execution_time = 0.1", 408, 159)]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/k2-never'", 500, 358)]
    [InlineData("INSERT INTO k2.silver_trades FROM INFILE '/etc/passwd' FORMAT CSV", 500, 358)]
    public async Task Post_StatementThatFails_HasStatusAndCodeOfClickHouse(string sql, int status, int code)
    {
        var answer = await PostAsync("/", sql);

        Assert.Equal((status, code.ToString(System.Globalization.CultureInfo.InvariantCulture)), (answer.Status, answer["X-ClickHouse-Exception-Code"]));
        Assert.StartsWith($"Code: {code}. DB::Exception: ", answer.Text, StringComparison.Ordinal);
        Assert.Null(answer["X-ClickHouse-Format"]);
    }

    [Theory]
    [InlineData("/?query=SELECT+1&k2_bogus=1", 404, "115")]
    [InlineData("/?query=SELECT+1&k2%27bogus=1", 404, "115")]
    [InlineData("/?query=SELECT+1&database=nope", 404, "81")]
    [InlineData("/?query=SELECT+1&default_format=No%27pe", 404, "73")]
    [InlineData("/?query=SELECT+1&query_id=a%0D%0Ab", 400, "36")]
    [InlineData("/?query=SELECT+1&session_id=s&session_timeout=4000", 500, "374")]
    [InlineData("/?query=SELECT+1&session_id=never&session_check=1", 500, "372")]
    [InlineData("/?query=SELECT+1&client_protocol_version=-1", 400, "36")]
    [InlineData("/?query=SELECT+1&user=bob", 403, "516")]
    [InlineData("/?query=SELECT+1&password=x", 403, "516")]
    public async Task Get_ParameterThatFails_HasStatusAndCodeOfClickHouse(string path, int status, string code)
    {
        var answer = await GetAsync(path);

        Assert.Equal((status, code), (answer.Status, answer["X-ClickHouse-Exception-Code"]));
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "elsewhere.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Authorization", "Basic Ym9iOng=")]
    [InlineData("Authorization", "Bearer x")]
    [InlineData("X-ClickHouse-Key", "x")]
    public async Task Query_OfAnotherSiteOrUser_IsForbidden(string header, string value) => Assert.Equal(403, (await SendAsync(new("GET", "/?query=SELECT+1", "", (header, value)))).Status);

    [Fact]
    public async Task Paths_OfHealthChecksAndOthers_AreAnsweredAsByClickHouse()
    {
        foreach (var path in new[] { "/", "/ping", "/replicas_status" })
        {
            Assert.Equal("Ok.\n", (await GetAsync(path)).Ok().Text);
            Assert.Equal("", (await SendAsync(new("HEAD", path, ""))).Ok().Text);
        }

        Assert.Contains("There is no handle GET /play", (await GetAsync("/play")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await GetAsync("/play")).Status);
        Assert.Equal(204, (await SendAsync(new("OPTIONS", "/", ""))).Status);
        Assert.Equal(405, (await SendAsync(new("PUT", "/", "SELECT 1"))).Status);
        Assert.Equal("2", (await SendAsync(new("HEAD", "/?query=SELECT+1", ""))).Ok("")["Content-Length"]);
    }

    [Theory]
    [InlineData("CREATE TABLE never (x UInt8) ENGINE = Memory")]
    [InlineData("INSERT INTO FUNCTION file('/tmp/k2-never.csv', CSV) SELECT 1")]
    [InlineData("DROP TABLE k2.silver_trades_store")]
    public async Task Get_StatementThatChanges_IsRefused(string sql)
    {
        foreach (var path in new[] { "/?query=", "/?session_id=get&query=" })
        {
            var answer = await GetAsync(path + Uri.EscapeDataString(sql));
            Assert.Equal((500, "164"), (answer.Status, answer["X-ClickHouse-Exception-Code"]));
        }

        Assert.Equal("164", (await PostAsync("/?readonly=1", sql))["X-ClickHouse-Exception-Code"]);
    }

    [Fact]
    public async Task Request_SettingParameterDatabaseAndTable_EndWithIt()
    {
        (await GetAsync("/?query=SELECT+getSetting('max_block_size'),+currentDatabase(),+%7Bp:String%7D&max_block_size=7&database=k2&param_p=it's")).Ok("7\tk2\tit\\'s\n");
        (await PostAsync("/", "SET max_block_size = 7")).Ok();
        (await PostAsync("/", "USE k2")).Ok();
        (await PostAsync("/", "CREATE TEMPORARY TABLE mine (x UInt8)")).Ok();
        (await PostAsync("/?max_block_size=7&k2_bogus=1", "SELECT 1")).Headers.ContainsKey("X-ClickHouse-Exception-Code");

        (await PostAsync("/", "SELECT getSetting('max_block_size') = 7, currentDatabase()")).Ok("0\tdefault\n");
        Assert.Equal("456", (await PostAsync("/", "SELECT {p:String}"))["X-ClickHouse-Exception-Code"]);
        Assert.Equal("60", (await PostAsync("/", "SELECT * FROM mine"))["X-ClickHouse-Exception-Code"]);
    }

    [Fact]
    public async Task Session_KeepsWhatStatementsSet_AndNotWhatRequestsSet()
    {
        const string Session = "/?session_id=kept";
        (await PostAsync(Session, "CREATE TEMPORARY TABLE mine (x UInt8)")).Ok();
        (await PostAsync(Session, "INSERT INTO mine VALUES (3)")).Ok();
        (await PostAsync(Session, "SET max_block_size = 9")).Ok();
        (await PostAsync(Session, "USE k2")).Ok();

        (await PostAsync(Session + "&max_block_size=7&database=system", "SELECT x, getSetting('max_block_size'), currentDatabase() FROM mine")).Ok("3\t7\tsystem\n");
        (await PostAsync(Session + "&session_check=1", "SELECT x, getSetting('max_block_size'), currentDatabase() FROM mine")).Ok("3\t9\tk2\n");
        (await PostAsync(Session + "&close_session=1", "SELECT 1")).Ok();
        Assert.Equal("372", (await PostAsync(Session + "&session_check=1", "SELECT 1"))["X-ClickHouse-Exception-Code"]);
    }

    [Fact]
    public async Task Session_InUse_IsLockedAndSoIsItsQueryId()
    {
        using var running = await StartAsync("/?session_id=locked&query_id=running", "SELECT number FROM system.numbers");

        Assert.Equal("373", (await PostAsync("/?session_id=locked", "SELECT 1"))["X-ClickHouse-Exception-Code"]);
        Assert.Equal("216", (await PostAsync("/?query_id=running", "SELECT 1"))["X-ClickHouse-Exception-Code"]);
    }

    [Fact]
    public async Task Query_Killed_EndsItsAnswerWithTheErrorAndWithoutItsEnd()
    {
        using var running = await StartAsync("/?query_id=killed", "SELECT number FROM system.numbers");

        (await PostAsync("/", "KILL QUERY WHERE query_id = 'killed' ASYNC")).Ok();
        var (tail, whole) = await ReadToBreakAsync(running);

        var tag = running.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        Assert.False(whole);
        Assert.Contains($"\r\n__exception__\r\n{tag}\r\nCode: 394. DB::Exception: ", tail, StringComparison.Ordinal);
        Assert.EndsWith($" {tag}\r\n__exception__\r\n", tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_FailingLate_HasItsStatusIfTheClientWaitsForTheEnd()
    {
        const string Sql = "SELECT throwIf(number = 2000000) FROM numbers(3000000)";
        using var running = await StartAsync("/", Sql);
        Assert.Contains("Code: 395.", (await ReadToBreakAsync(running)).Tail, StringComparison.Ordinal);

        Assert.Equal((500, "395"), await PostAsync("/?wait_end_of_query=1", Sql) is var answer ? (answer.Status, answer["X-ClickHouse-Exception-Code"]) : default);
        Assert.Equal(3_000_000 * 2, (await PostAsync("/?wait_end_of_query=1", "SELECT 1 FROM numbers(3000000)")).Ok().Body.Length);
    }

    [Fact]
    public async Task Queries_OfClientsThatWentAway_AreStopped()
    {
        // All places are taken by queries without an end, whose clients go away: the next query would wait for ever.
        var endless = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync("/", "SELECT number FROM system.numbers")));
        foreach (var answer in endless) answer.Dispose();

        (await PostAsync("/", "SELECT 1")).Ok("1\n");
    }

    [Fact]
    public async Task PlatformsQueries_DoNotWaitForThoseOfClients()
    {
        var endless = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync("/", "SELECT number FROM system.numbers")));

        (await SendAsync(new("POST", "/", "SELECT 1", ("X-K2-Platform", "1")))).Ok("1\n");

        foreach (var answer in endless) answer.Dispose();
    }

    [Fact]
    public async Task Insert_LargerThanWhatIsCollected_IsStoredWhole()
    {
        (await PostAsync("/", "CREATE TABLE large (x UInt64) ENGINE = MergeTree ORDER BY x")).Ok();

        (await SendAsync(new("POST", "/?query=INSERT+INTO+large+FORMAT+RowBinary", new byte[40 << 20]))).Ok();

        (await PostAsync("/", "SELECT count() FROM large")).Ok($"{(40 << 20) / 8}\n");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("br")]
    public async Task Body_NotInItsEncoding_IsRefused(string encoding) => Assert.Equal("271", (await SendAsync(new("POST", "/", "SELECT 1, and not packed at all", ("Content-Encoding", encoding))))["X-ClickHouse-Exception-Code"]);

    [Fact]
    public async Task Input_BeyondItsLimit_IsRefused()
    {
        Assert.Equal((413, "229"), await PostAsync("/", "SELECT " + new string('1', 17 << 20)) is var large ? (large.Status, large["X-ClickHouse-Exception-Code"]) : default);
        Assert.Equal(414, (await GetAsync("/?query=SELECT+'" + new string('a', 60_000) + "'&x=" + new string('a', 1_000_000))).Status);
        Assert.Equal((501, "48"), await SendAsync(new("POST", "/", "SELECT 1", ("Content-Encoding", "snappy"))) is var encoded ? (encoded.Status, encoded["X-ClickHouse-Exception-Code"]) : default);
        Assert.Equal("36", (await SendAsync(new("POST", "/", "SELECT 1", ("Content-Type", "multipart/form-data; boundary=x"))))["X-ClickHouse-Exception-Code"]);
        Assert.Equal("12", (await PostAsync("/?decompress=1", "SELECT 1, and not packed at all"))["X-ClickHouse-Exception-Code"]);
        Assert.Equal("48", (await PostAsync("/?client_protocol_version=54460", "SELECT maxState(1) FORMAT Native"))["X-ClickHouse-Exception-Code"]);
        (await PostAsync("/", "SELECT 1")).Ok("1\n");
    }

    private static async Task<(string Tail, bool Whole)> ReadToBreakAsync(HttpResponseMessage answer)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[1 << 16];
        var tail = "";
        try
        {
            while (await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var read) tail = tail[^Math.Min(tail.Length, 4096)..] + Encoding.UTF8.GetString(buffer, 0, read);
            return (tail, true);
        }
        catch (HttpIOException)
        {
            return (tail, false);
        }
    }

    /// <summary>An answer of which the beginning is there.</summary>
    private async Task<HttpResponseMessage> StartAsync(string path, string sql)
    {
        using var request = new RecordedRequest("POST", path, sql).ToMessage(engine.Host.Url);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private Task<RecordedAnswer> GetAsync(string path) => SendAsync(new("GET", path, ""));

    private Task<RecordedAnswer> PostAsync(string path, string sql) => SendAsync(new("POST", path, sql));

    private Task<RecordedAnswer> SendAsync(RecordedRequest request) => request.SendAsync(_http, engine.Host.Url);
}
