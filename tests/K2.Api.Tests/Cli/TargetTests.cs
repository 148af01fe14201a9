using K2.Api.Tests.Hosting;
using K2.Cli;
using K2.Cli.Locating;
using K2.Contracts.Hosting;

namespace K2.Api.Tests.Cli;

public sealed class TargetTests(TestPlatform platform) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_DataOfRunningSilo_AsksThatSilo()
    {
        await WriteAsync(platform.Endpoints.ToJson());

        var run = await CliRun.OfAsync(["symbols", "--data", _folder], With(platform.Endpoints.Started));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("BTCUSDT", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProcessIsGone_SaysThatNoSiloRuns()
    {
        await WriteAsync(platform.Endpoints.ToJson());

        var run = await CliRun.OfAsync(["status", "--data", _folder], With(null));

        Assert.Equal($"k2: no silo runs on {_folder} (process {Environment.ProcessId}, which its silo.json names, has ended): start it or give --server.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Run_ProcessIdWasReused_SaysThatNoSiloRuns()
    {
        await WriteAsync(platform.Endpoints.ToJson());

        var run = await CliRun.OfAsync(["status", "--data", _folder], With(platform.Endpoints.Started.AddMinutes(1)));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("k2: no silo runs on", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoSiloFile_SaysThatNoSiloRuns()
    {
        var run = await CliRun.OfAsync(["status", "--data", _folder]);

        Assert.Equal($"k2: no silo runs on {_folder}: start it or give --server.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"url\":\"http://127.0.0.1\"}")]
    public async Task Run_DamagedSiloFile_IsAUsageError(string json)
    {
        await WriteAsync(json);

        var run = await CliRun.OfAsync(["status", "--data", _folder]);

        Assert.Equal($"k2: {Path.Combine(_folder, "silo.json")} is damaged: delete it if no silo runs on this folder.\n", run.Error);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public void ProcessTable_OwnProcess_Runs()
    {
        var start = new ProcessTable().StartOf(Environment.ProcessId);

        Assert.NotNull(start);
        Assert.Null(new ProcessTable().StartOf(int.MaxValue));
    }

    [Fact]
    public async Task Locate_StaleFile_LeavesTheFolderToTheEngine()
    {
        await WriteAsync(platform.Endpoints.ToJson());
        Target? target = null;

        await CliRun.OfAsync(["sql", "--data", _folder, "SELECT 1"], services => With(null)(services) with
        {
            OpenSqlAsync = (found, _) =>
            {
                target = found;
                throw CliException.Failed("enough");
            },
        });

        var rest = Assert.IsType<Target.AtRest>(target);
        Assert.Equal(_folder, rest.Path);
        Assert.Equal(platform.Endpoints, rest.Left);
    }

    private static Func<CliServices, CliServices> With(DateTimeOffset? start) => services => services with { Locator = new TargetLocator(new Processes(start)) };

    private Task WriteAsync(string json) => File.WriteAllTextAsync(Path.Combine(_folder, SiloEndpoints.FileName), json, TestContext.Current.CancellationToken);

    private sealed class Processes(DateTimeOffset? start) : IProcessTable
    {
        public DateTimeOffset? StartOf(int processId) => start;
    }
}
