using System.Collections.Immutable;
using K2.Contracts.Cold;

namespace K2.Grains.Tests.Cold;

public sealed class ColdRunsTests
{
    [Fact]
    public async Task RunAsync_WhileOtherWorkOfTheSameKindRuns_WaitsForItAndBeginsItsOwn()
    {
        var job = new ColdJob { Work = ColdWork.Export };
        var table = new Table(otherRuns: 2, clock: DateTime.UnixEpoch);

        var run = await ColdRuns.RunAsync(table, job, TimeProvider.System, TestContext.Current.CancellationToken);

        // Whatever the two machines' clocks say.
        Assert.Equal((job.JobId, "exported"), (run.JobId, run.Outcome));
        Assert.Equal(3, table.Starts);
    }

    [Fact]
    public async Task RunAsync_WhenTheSiloGoesAway_SaysSo()
    {
        var job = new ColdJob { Work = ColdWork.Maintain };

        var run = await ColdRuns.RunAsync(new Table(otherRuns: 0, DateTime.UnixEpoch) { Forgets = true }, job, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(run.IsGood);
        Assert.Contains("went away", Assert.Single(run.Problems), StringComparison.Ordinal);
    }

    private sealed class Table(int otherRuns, DateTime clock) : IColdExportGrain
    {
        private ColdRun? _run;

        public int Starts { get; private set; }

        public bool Forgets { get; init; }

        public Task Schedule() => Task.CompletedTask;

        public Task<ColdRun> Start(ColdJob job)
        {
            _run = new ColdRun { Table = "t", Work = job.Work, Started = clock, Outcome = "running", JobId = Starts++ < otherRuns ? Guid.NewGuid() : job.JobId };
            return Task.FromResult(_run);
        }

        public Task<ColdTableStatus> GetStatus() => Task.FromResult(new ColdTableStatus { Table = "t", Location = "", Runs = Forgets ? [] : [_run! with { Ended = clock, Outcome = "exported" }] });

        public Task<ColdRun?> GetRun(Guid jobId) => Task.FromResult(Forgets || _run!.JobId != jobId ? null : _run with { Ended = clock, Outcome = "exported" });

        public Task<ImmutableArray<ColdSnapshotView>> GetSnapshots(int limit) => Task.FromResult(ImmutableArray<ColdSnapshotView>.Empty);
    }
}
