using K2.ColdTier;

namespace K2.Silo;

/// <summary>Opens a cold tier whose store was away at the start: in a process whose exports are done by other silos no export tries it again, and its reads would lack old rows for good.</summary>
internal sealed class ColdOpening(LazyColdTier cold, TimeProvider time) : BackgroundService
{
    /// <summary>Between two tries.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (cold.Problem is not null && await timer.WaitForNextTickAsync(stoppingToken)) await cold.TryOpenAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }
}
