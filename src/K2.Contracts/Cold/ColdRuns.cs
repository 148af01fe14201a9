namespace K2.Contracts.Cold;

/// <summary>Has work done on cold tables and waits for it.</summary>
public static class ColdRuns
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Has work done on a table and returns when it has ended. Other work that is under way, the same kind too, is waited for first: it may have begun before the last rows were durable.
    /// </summary>
    /// <param name="grain">The table's grain.</param>
    /// <param name="job">The work.</param>
    /// <param name="time">Paces the questions.</param>
    /// <param name="cancellationToken">Ends the wait; the work goes on.</param>
    public static async Task<ColdRun> RunAsync(IColdExportGrain grain, ColdJob job, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grain);
        ArgumentNullException.ThrowIfNull(job);
        while (true)
        {
            var run = await EndedAsync(grain, await grain.Start(job).WaitAsync(cancellationToken), time, cancellationToken);
            if (run.JobId == job.JobId) return run;
        }
    }

    // One that its silo took along is returned as failed.
    private static async Task<ColdRun> EndedAsync(IColdExportGrain grain, ColdRun run, TimeProvider time, CancellationToken cancellationToken)
    {
        while (run.Ended is null)
        {
            await Task.Delay(Poll, time, cancellationToken);
            run = await grain.GetRun(run.JobId).WaitAsync(cancellationToken) ?? run with { Ended = run.Started, Outcome = "failed", Problems = ["it is no longer known: the silo that ran it went away; begin it again, it goes on where the table stands"] };
        }

        return run;
    }
}
