using K2.Cli.Doctor;

namespace K2.Api.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Doctor_AllWell_IsOk()
    {
        var findings = await ExamineAsync(new Machine());

        Assert.All(findings, finding => Assert.Equal(Grade.Ok, finding.Grade));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(null, "not found: install .NET SDK 10")]
    [InlineData("8.0.100", "8.0.100 is too old: install .NET SDK 10")]
    public async Task Doctor_WrongSdk_Fails(string? version, string detail)
    {
        var findings = await ExamineAsync(new Machine { Sdk = version });

        Assert.Contains(new Finding(Grade.Fail, ".NET SDK", detail), findings);
    }

    [Fact]
    public async Task Doctor_NoNpmAndNoLibrary_Warns()
    {
        var findings = await ExamineAsync(new Machine { Npm = null, Library = null });

        Assert.Equal(Grade.Warn, findings.Single(finding => finding.What == "npm").Grade);
        Assert.Equal(Grade.Warn, findings.Single(finding => finding.What == "ClickHouse library").Grade);
    }

    [Theory]
    [InlineData(1L << 30, Grade.Fail)]
    [InlineData(3L << 30, Grade.Warn)]
    [InlineData(9L << 30, Grade.Ok)]
    internal async Task Doctor_Disk_IsGraded(long free, Grade grade)
    {
        var findings = await ExamineAsync(new Machine { Free = free });

        Assert.Equal(grade, findings.Single(finding => finding.What == "disk").Grade);
    }

    [Fact]
    public async Task Doctor_PortTaken_FailsWithTheRemedy()
    {
        var machine = new Machine { PortsFree = false };

        var run = await CliRun.OfAsync(["doctor", "--data", _folder], services => services with { Tools = machine, Library = machine });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("fail  port of API and pages  8180 is taken by another program: stop it or start the silo with --urls http://127.0.0.1:PORT\n", run.Out, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<Finding>> ExamineAsync(Machine machine) => new Examination(machine, machine).RunAsync(_folder, TestContext.Current.CancellationToken);

    private sealed class Machine : ITools, INativeLibrary
    {
        public string? Sdk { get; init; } = "10.0.100";

        public string? Npm { get; init; } = "11.0.0";

        public string? Library { get; init; } = "/cache/libchdb.so";

        public bool PortsFree { get; init; } = true;

        public long Free { get; init; } = 100L << 30;

        public Task<string?> FirstLineAsync(string program, string argument, CancellationToken cancellationToken) => Task.FromResult(program == "npm" ? Npm : Sdk);

        public bool IsPortFree(int port) => PortsFree;

        public long FreeBytes(string path) => Free;

        public Task<bool> SiloAnswersAsync(CancellationToken cancellationToken) => Task.FromResult(false);

        public string? Find() => Library;
    }
}
