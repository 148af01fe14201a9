using K2.ColdTier;

namespace K2.Silo;

/// <summary>Opens the cold tier of a process that exports nothing: there no export tries again a store that was away at the start.</summary>
internal sealed class ColdOpening(LazyColdTier cold, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await cold.TryOpenAsync(stoppingToken) is not null && await timer.WaitForNextTickAsync(stoppingToken))
            {
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }
}
