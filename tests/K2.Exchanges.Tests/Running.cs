namespace K2.Exchanges.Tests;

/// <summary>A worker that runs until disposed.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public Running(ConnectorWorker worker)
    {
        Worker = worker;
        _run = Task.Run(() => worker.RunAsync(_stop.Token));
    }

    public ConnectorWorker Worker { get; }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(15));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(15)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
