using System.IO.Compression;
using System.Text;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Engine;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace K2.Warehouse.Tests;

/// <summary>
/// The requests of SQL tools as they send them: recorded from curl 7.88, clickhouse-connect 1.7.2, @clickhouse/client 1.23.1 and ClickHouse's JDBC driver (jdbc-v2) at work; of
/// clickhouse-go 2 (Grafana) as its sources make them.
/// </summary>
public sealed class ClientRequestTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private const string PythonSettings = "date_time_input_format=best_effort&cast_string_to_dynamic_use_inference=1&session_id=417bcc99&cancel_http_readonly_queries_on_client_close=1&send_progress_in_http_headers=1&http_headers_progress_interval_ms=120000";
    private static readonly (string, string) Basic = ("Authorization", "Basic ZGVmYXVsdDo=");
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Curl_QueryInUrlBodyAndBoth_IsAnswered()
    {
        (await SendAsync(new("GET", "/?query=SELECT%201", "", ("User-Agent", "curl/7.88.1"), ("Accept", "*/*")))).Ok("1\n");
        (await SendAsync(new("POST", "/", "SELECT 1 FORMAT CSV", ("Content-Type", "application/x-www-form-urlencoded")))).Ok("1\n");
        (await SendAsync(new("POST", "/?query=SELECT%20sum(number)", "FROM numbers(4)"))).Ok("6\n");
        (await SendAsync(new("POST", "/?user=default&password=&query=SELECT%202", ""))).Ok("2\n");
        (await SendAsync(new("GET", "/query?query=SELECT%203%3B", "", Basic))).Ok("3\n");
    }

    [Fact]
    public async Task Curl_InsertOfAFile_IsStored()
    {
        var table = await TableAsync("a UInt32, b String");
        (await SendAsync(new("POST", $"/?query=INSERT%20INTO%20{table}%20FORMAT%20CSV", "1,\"x\"\n2,\"y\"\n"))).Ok("");
        (await SendAsync(new("POST", "/", $"INSERT INTO {table} FORMAT TabSeparated\n3\tz\n"))).Ok("");
        var inserted = (await SendAsync(new("POST", "/", $"INSERT INTO {table} VALUES (4, 'v;'), (5, 'w')"))).Ok("");
        Assert.Contains("\"written_rows\":\"2\"", inserted["X-ClickHouse-Summary"], StringComparison.Ordinal);
        (await SendAsync(new("POST", "/", $"SELECT * FROM {table} ORDER BY a"))).Ok("1\tx\n2\ty\n3\tz\n4\tv;\n5\tw\n");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task AnyClient_EncodedBodies_AreReadAndWritten(string encoding)
    {
        using var body = new MemoryStream();
        await using (var packing = BodyEncoding.Encode(body, encoding)) await packing.WriteAsync("SELECT 'packed' FORMAT CSV"u8.ToArray(), TestContext.Current.CancellationToken);

        var answer = (await SendAsync(new("POST", "/?enable_http_compression=1", body.ToArray(), ("Content-Encoding", encoding), ("Accept-Encoding", encoding)))).Ok();

        Assert.Equal(encoding, answer["Content-Encoding"]);
        using Stream plain = encoding switch
        {
            "gzip" => new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress),
            "deflate" => new ZLibStream(new MemoryStream(answer.Body), CompressionMode.Decompress),
            "br" => new BrotliStream(new MemoryStream(answer.Body), CompressionMode.Decompress),
            "zstd" => new DecompressionStream(new MemoryStream(answer.Body)),
            _ => LZ4Stream.Decode(new MemoryStream(answer.Body)),
        };
        Assert.Equal("\"packed\"\n", await new StreamReader(plain).ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Python_Connecting_FindsVersionSettingsAndProtocol()
    {
        (await SendAsync(new("POST", "/?query_id=3790e733", "SELECT version(), timezone()", ("Accept-Encoding", "identity")))).Ok();
        var settings = (await SendAsync(new("POST", "/?wait_end_of_query=1&query_id=174fe057", "SELECT name, value, readonly FROM system.settings LIMIT 10000\n FORMAT Native"))).Ok();
        Assert.Equal("174fe057", settings["X-ClickHouse-Query-Id"]);
        var probe = (await SendAsync(new("POST", "/?wait_end_of_query=1&client_protocol_version=54405", "SELECT 1 AS check\n FORMAT Native"))).Ok();
        Assert.Equal("\u0001\u0001\u0005check", Encoding.ASCII.GetString(probe.Body, 8, 8)); // Where the client looks whether blocks have their information.
    }

    [Fact]
    public async Task Python_CommandsQueriesAndParameters_AreAnswered()
    {
        (await SendAsync(new("POST", "/?" + PythonSettings, "SELECT 1"))).Ok("1\n");
        (await SendAsync(new("POST", $"/?{PythonSettings}&param_a=5&param_b=it%5C%27s%5C%09tab", "SELECT {a:UInt32} AS a, {b:String} AS b\n FORMAT JSONEachRow"))).Ok("{\"a\":5,\"b\":\"it's\\ttab\"}\n");
        (await SendAsync(new("POST", "/?" + PythonSettings, "SET max_threads=1"))).Ok("");
        (await SendAsync(new("POST", "/?" + PythonSettings, "SELECT getSetting('max_threads')"))).Ok("1\n");
        var probe = (await SendAsync(new("POST", $"/?{PythonSettings}&client_protocol_version=54405", "SELECT 1 AS x LIMIT 0\n FORMAT JSON"))).Ok();
        Assert.Equal("application/json; charset=UTF-8", probe["Content-Type"]);
        var refused = await SendAsync(new("POST", "/?" + PythonSettings, "SELECT nope\n FORMAT Native"));
        Assert.Equal((404, "47"), (refused.Status, refused["X-ClickHouse-Exception-Code"]));
    }

    [Fact]
    public async Task Python_ExternalDataAndForms_AreRead()
    {
        const string Boundary = "4d87b0610092223e4e1ae12e2a0da6a3";
        var type = ("Content-Type", "multipart/form-data; boundary=" + Boundary);
        var table = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"e\"; filename=\"e\"\r\nContent-Type: application/octet-stream\r\n\r\n1,one\n2,two\n\r\n--{Boundary}--\r\n";
        (await SendAsync(new("POST", $"/?{PythonSettings}&query=SELECT+w+FROM+e+ORDER+BY+id+DESC&e_format=CSV&e_structure=id+UInt32%2Cw+String", table, type))).Ok("two\none\n");
        var form = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT {{a:UInt32}}+1\n FORMAT CSV\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"param_a\"\r\n\r\n5\r\n--{Boundary}--\r\n";
        (await SendAsync(new("POST", "/?" + PythonSettings, form, type))).Ok("6\n");
    }

    [Fact]
    public async Task Python_InsertOfNativeBlocksInLz4_IsStored()
    {
        var table = await TableAsync("id UInt32, s LowCardinality(String)");
        byte[] block = [2, 2, 2, .. "id"u8, 6, .. "UInt32"u8, 1, 0, 0, 0, 2, 0, 0, 0, 1, .. "s"u8, 22, .. "LowCardinality(String)"u8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, .. "x"u8, 1, .. "y"u8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        using var body = new MemoryStream();
        await using (var packing = LZ4Stream.Encode(body, leaveOpen: true)) await packing.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes($"INSERT INTO {table} (`id`, `s`) FORMAT Native\n"), .. block], TestContext.Current.CancellationToken);

        (await SendAsync(new("POST", "/?" + PythonSettings, body.ToArray(), ("Content-Type", "application/octet-stream"), ("Content-Encoding", "lz4")))).Ok("");

        (await SendAsync(new("POST", "/", $"SELECT * FROM {table} ORDER BY id"))).Ok("1\tx\n2\ty\n");
    }

    [Fact]
    public async Task Node_PingQueryAndInsert_AreAnswered()
    {
        (await SendAsync(new("GET", "/ping", "", Basic))).Ok("Ok.\n");
        var answer = (await SendAsync(new("POST", "/?query_id=9aa06dd4&param_a=3&enable_http_compression=1", "SELECT {a:UInt32} AS a \nFORMAT JSONEachRow", Basic, ("Accept-Encoding", "gzip")))).Ok();
        Assert.Equal(("gzip", "JSONEachRow", "9aa06dd4"), (answer["Content-Encoding"], answer["X-ClickHouse-Format"], answer["X-ClickHouse-Query-Id"]));
        var table = await TableAsync("x Int32, s String");
        using var body = new MemoryStream();
        await using (var packing = new GZipStream(body, CompressionLevel.Fastest)) await packing.WriteAsync("{\"x\":1,\"s\":\"a\"}\n{\"x\":2,\"s\":\"b\"}\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var inserted = (await SendAsync(new("POST", $"/?query_id=63c80705&query=INSERT+INTO+{table}+FORMAT+JSONEachRow", body.ToArray(), Basic, ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip")))).Ok("");
        Assert.Null(inserted["Content-Encoding"]); // The client unpacks what is said to be packed, and nothing is no gzip.
        Assert.Contains("\"written_rows\":\"2\"", inserted["X-ClickHouse-Summary"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grafana_HelloDescribeQueryAndExternalTable_AreNativeBlocksOfItsProtocol()
    {
        const string Url = "/?client_protocol_version=54460&database=k2&default_format=Native";
        var hello = (await SendAsync(new("POST", Url, "SELECT displayName(), version(), revision(), timezone()", Basic))).Ok();
        byte[] begin = [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 4, 1, 13, .. "displayName()"u8, 6, .. "String"u8, 0];
        Assert.Equal(begin, hello.Body[..begin.Length]);
        Assert.Equal("Native", hello["X-ClickHouse-Format"]);
        (await SendAsync(new("POST", Url + "&max_execution_time=60", "DESCRIBE TABLE k2.silver_trades", Basic))).Ok();
        (await SendAsync(new("POST", Url + "&query_id=g1", "SELECT window_start AS time, close_price FROM ohlcv_1m FINAL WHERE time >= toDateTime64(1, 3) ORDER BY time", Basic, ("Accept-Encoding", "gzip")))).Ok();
        byte[] parts = [.. "--b\r\nContent-Disposition: form-data; name=\"ids\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n"u8, 1, 2, 2, .. "id"u8, 5, .. "UInt8"u8, 7, 9, .. "\r\n--b\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT sum(id) FROM ids FORMAT CSV\r\n--b--\r\n"u8];
        (await SendAsync(new("POST", Url + "&ids_format=Native&ids_structure=id+UInt8", parts, Basic, ("Content-Type", "multipart/form-data; boundary=b")))).Ok("16\n");
    }

    [Fact]
    public async Task Jdbc_QueryErrorAndKill_AreInClickHousesOwnCompression()
    {
        (string, string)[] headers = [Basic, ("Content-Type", "text/plain; charset=UTF-8"), ("X-ClickHouse-Database", "k2"), ("X-ClickHouse-Format", "RowBinaryWithNamesAndTypes"), ("X-ClickHouse-Query-Id", "j1")];
        var connecting = (await SendAsync(new("POST", "/?compress=1&wait_end_of_query=1", "SELECT version() as server_version", headers[..^1]))).Ok();
        Assert.StartsWith("\u0001\u000eserver_version\u0006String", await UnpackAsync(connecting.Body), StringComparison.Ordinal);
        (await SendAsync(new("POST", "/?query_id=j0&compress=1", "CREATE TABLE IF NOT EXISTS k2.never AS k2.feed_gaps_store", headers[..^1]))).Ok("");
        (await SendAsync(new("POST", "/?query_id=j0&compress=1", "DROP TABLE k2.never", headers[..^1]))).Ok("");
        var answer = (await SendAsync(new("POST", "/?query_id=j1&compress=1&max_result_rows=9223372036854775807&result_overflow_mode=break", "SELECT currentDatabase() AS d", headers))).Ok();
        Assert.Equal("RowBinaryWithNamesAndTypes", answer["X-ClickHouse-Format"]);
        Assert.Equal("\u0001\u0001d\u0006String\u0002k2", await UnpackAsync(answer.Body));
        var refused = await SendAsync(new("POST", "/?query_id=j2&compress=1", "SELECT nope", headers[..^1]));
        Assert.Equal(404, refused.Status);
        Assert.StartsWith("Code: 47.", await UnpackAsync(refused.Body), StringComparison.Ordinal);
        (await SendAsync(new("POST", "/?compress=1", "KILL QUERY WHERE query_id = 'j1'", headers[..^1]))).Ok();
    }

    [Fact]
    public async Task Jdbc_InsertInClickHousesOwnCompression_IsStored()
    {
        var table = await TableAsync("a UInt8, b String");
        var plain = (byte[])[.. Encoding.UTF8.GetBytes($"INSERT INTO {table} FORMAT RowBinary\n"), 1, 1, 120, 2, 1, 121];

        (await SendAsync(new("POST", "/?decompress=1&role=", CompressedBlocks.Pack(plain).ToArray(), Basic))).Ok("");

        (await SendAsync(new("POST", "/", $"SELECT * FROM {table} ORDER BY a"))).Ok("1\tx\n2\ty\n");
    }

    [Fact]
    public async Task CSharp_LinesOfTheDocumentation_AreAnswered()
    {
        using var client = new ClickHouseClient(new ClickHouseClientSettings { Host = "127.0.0.1", Port = (ushort)engine.Host.Url.Port, Protocol = "http", Database = "k2" });

        Assert.Equal(0UL, await client.ExecuteScalarAsync("SELECT count() FROM silver_trades", cancellationToken: TestContext.Current.CancellationToken));
    }

    private static async Task<string> UnpackAsync(byte[] body)
    {
        using var reader = new StreamReader(new UnpackingStream(new MemoryStream(body)), Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> TableAsync(string columns)
    {
        var table = $"t{Guid.NewGuid():N}";
        (await SendAsync(new("POST", "/", $"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY tuple()"))).Ok("");
        return table;
    }

    private Task<RecordedAnswer> SendAsync(RecordedRequest request) => request.SendAsync(_http, engine.Host.Url);
}
