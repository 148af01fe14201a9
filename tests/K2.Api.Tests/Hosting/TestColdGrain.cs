using System.Collections.Immutable;
using K2.Contracts.Cold;

namespace K2.Api.Tests.Hosting;

/// <summary>Exports of two tables fail, one table does not answer, the others are well.</summary>
[GrainType("test-cold")]
internal sealed class TestColdGrain : Grain, IColdExportGrain
{
    public Task Schedule() => Task.CompletedTask;

    public Task<ColdRun> Start(ColdJob job) => throw new NotSupportedException();

    public Task<ColdRun?> GetRun(Guid jobId) => throw new NotSupportedException();

    public Task<ColdTableStatus> GetStatus() => Task.FromResult(this.GetPrimaryKeyString() switch
    {
        "candle_revisions" => throw new InvalidOperationException("asleep"),
        "raw_frames" or "silver_trades" => Status("The last export ended as failed: the store is away."),
        _ => Status(),
    });

    public Task<ImmutableArray<ColdSnapshotView>> GetSnapshots(int limit) => throw new NotSupportedException();

    private ColdTableStatus Status(params ImmutableArray<string> problems) => new() { Table = this.GetPrimaryKeyString(), Location = "memory", Runs = [], Problems = problems };
}
