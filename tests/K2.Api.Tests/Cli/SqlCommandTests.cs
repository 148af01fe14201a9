using K2.Cli.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K2.Api.Tests.Cli;

/// <summary>The SQL command against a server that speaks as much of ClickHouse's HTTP protocol as the driver needs.</summary>
public sealed class SqlCommandTests : IAsyncLifetime
{
    private readonly byte[] _every = Enumerable.Range(0, 100_000).Select(number => (byte)(number % 251)).ToArray();
    private WebApplication? _clickHouse;
    private string? _format;
    private string? _sql;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _clickHouse = builder.Build();
        _clickHouse.Run(AnswerAsync);
        await _clickHouse.StartAsync();
    }

    public ValueTask DisposeAsync() => _clickHouse!.DisposeAsync();

    [Fact]
    public async Task Sql_AnyBytes_PassUnchanged()
    {
        var run = await RunAsync(false, "sql", "--data", ".", "SELECT everything FORMAT Native");

        Assert.Equal(_every, run.Binary);
        Assert.Equal("SELECT everything FORMAT Native", _sql);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Theory]
    [InlineData(true, "PrettyCompact")]
    [InlineData(false, "TabSeparated")]
    public async Task Sql_WithoutFormat_IsATableOnATerminalElseTsv(bool interactive, string format)
    {
        await RunAsync(interactive, "sql", "SELECT everything");

        Assert.Equal(format, _format);
    }

    [Fact]
    public async Task Sql_Refused_PutsClickHousesMessageOnErrorWithExitCode1()
    {
        var run = await RunAsync(false, "sql", "SELEC");

        Assert.Contains("Code: 62. DB::Exception: Syntax error: failed at position 1 ('SELEC')", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Binary);
    }

    [Fact]
    public async Task Sql_Empty_IsAUsageError()
    {
        var run = await RunAsync(false, "sql", " ");

        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Sql_ArgumentWithAt_IsNoFileOfArguments()
    {
        await RunAsync(false, "sql", "@everything");

        Assert.Equal("@everything", _sql);
    }

    [Fact]
    public async Task Sql_NobodyAnswers_SaysSo()
    {
        var run = await CliRun.OfAsync(["sql", "SELECT 1"], services => services with { OpenSqlAsync = (_, _) => Task.FromResult<ISqlRunner>(new DriverSqlRunner(new Uri("http://127.0.0.1:1"), null)) });

        Assert.Equal("k2: ClickHouse does not answer at http://127.0.0.1:1: look at the silo's /health.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    private Task<CliRun> RunAsync(bool interactive, params string[] args) => CliRun.OfAsync(
        args, services => services with { OpenSqlAsync = (_, _) => Task.FromResult<ISqlRunner>(new DriverSqlRunner(new Uri(_clickHouse!.Urls.First()), null)) }, interactive);

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        _sql = body.Length > 0 ? body : http.Request.Query["query"].ToString();
        _format = http.Request.Query["default_format"];
        if (_sql.Contains("everything", StringComparison.Ordinal))
        {
            await http.Response.Body.WriteAsync(_every);
            return;
        }

        http.Response.StatusCode = 400;
        http.Response.Headers["X-ClickHouse-Exception-Code"] = "62";
        await http.Response.WriteAsync("Code: 62. DB::Exception: Syntax error: failed at position 1 ('SELEC'): SELEC. (SYNTAX_ERROR)\n");
    }
}
