namespace K2.Contracts.Cold;

/// <summary>Waits for work on cold tables.</summary>
public static class ColdRuns
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns a run when it has ended. One that its silo took along is returned as failed.</summary>
    /// <param name="grain">The table's grain.</param>
    /// <param name="run">The run, as it was when it began.</param>
    /// <param name="time">Paces the questions.</param>
    /// <param name="cancellationToken">Ends the wait; the run goes on.</param>
    public static async Task<ColdRun> EndedAsync(IColdExportGrain grain, ColdRun run, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grain);
        ArgumentNullException.ThrowIfNull(run);
        while (run.Ended is null)
        {
            await Task.Delay(Poll, time, cancellationToken);
            var status = await grain.GetStatus().WaitAsync(cancellationToken);
            run = status.Runs.FirstOrDefault(known => known.Work == run.Work && known.Started >= run.Started) ?? run with { Ended = run.Started, Outcome = "failed", Problems = ["the silo that ran it went away; begin it again, it goes on where the table stands"] };
        }

        return run;
    }
}
