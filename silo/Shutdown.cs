using System.Globalization;

namespace K2.Silo;

/// <summary>
/// The end of a process: asked for by a signal, done in steps, within a bound. When the bound is passed the process says what it was about to do and ends all the same: the log keeps
/// what the warehouse lacks, and what was not in the log either the exchange serves again. Thread-safe.
/// </summary>
internal sealed class Shutdown : IDisposable
{
    /// <summary>The exit code when the bound was passed.</summary>
    public const int BoundPassed = 3;

    /// <summary>The exit code of a silo that may not go on: the others have declared it dead.</summary>
    public const int MayNotGoOn = 4;

    /// <summary>The exit code after a second signal: 128 and the number of SIGINT, as shells have it.</summary>
    public const int SecondSignal = 130;

    /// <summary>The share of the bound after which what waits for others gives up, so that the rest of the steps still have time.</summary>
    private const double Patience = 0.6;

    /// <summary>The share after which the host is told to stop at once.</summary>
    private const double LastPatience = 0.8;

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly CancellationTokenSource _atOnce = new();
    private readonly TimeProvider _time;
    private readonly TextWriter _errors;
    private readonly Action<int> _exit;
    private readonly Lock _gate = new();
    private ITimer? _bound;
    private ITimer? _impatience;
    private ITimer? _lastImpatience;
    private bool _hasSignal;
    private volatile string _step = "the start";

    /// <param name="time">Runs the bound.</param>
    /// <param name="errors">Takes the lines.</param>
    /// <param name="exit">Ends the process at once with a code.</param>
    public Shutdown(TimeProvider time, TextWriter errors, Action<int> exit)
    {
        _time = time;
        _errors = errors;
        _exit = exit;
    }

    /// <summary>How long the end may take, from the first signal on. Takes effect for an end that begins later.</summary>
    public TimeSpan Limit { get; set; } = ClusterSettings.DefaultShutdown;

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Is cancelled when the end has taken most of its time: nothing waits for other services any more.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>What must not outlive a process that ends at once: the engine's child would keep the data folder.</summary>
    public Action AtOnce { get; set; } = () => { };

    /// <summary>What is being done; named when the bound is passed.</summary>
    public string Step
    {
        get => _step;
        set => _step = value;
    }

    /// <summary>Takes a signal: the first begins the end, the second ends the process at once.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_hasSignal)
            {
                _errors.WriteLine($"k2: ended at once by a second signal; {_step} was not finished. The log has what ClickHouse lacks.");
                AtOnce();
                _exit(SecondSignal);
                return;
            }

            _hasSignal = true;
        }

        Begin();
        _asked.Cancel();
    }

    /// <summary>Ends the process at once, since the cluster does without it.</summary>
    public void Fail(string why)
    {
        _errors.WriteLine($"k2: this silo ends: {why} Start it again, it joins as a new one; the log has what ClickHouse lacks.");
        AtOnce();
        _exit(MayNotGoOn);
    }

    /// <summary>Begins to count the time; again does nothing.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_bound is not null) return;
            _bound = _time.CreateTimer(_ => Expire(), null, Limit, Timeout.InfiniteTimeSpan);
            _impatience = _time.CreateTimer(_ => BeHurried(), null, Limit * Patience, Timeout.InfiniteTimeSpan);
            _lastImpatience = _time.CreateTimer(_ => _atOnce.Cancel(), null, Limit * LastPatience, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops the host: requests, then Orleans, which hands connectors and grains over and leaves the cluster. When most of the time is gone the host is told to stop at once.</summary>
    public async Task StopAsync(IHost host)
    {
        Begin();
        Step = "leaving the cluster";
        try
        {
            await host.StopAsync(_atOnce.Token);
        }
        catch (Exception late) when (late is OperationCanceledException or AggregateException && _atOnce.IsCancellationRequested)
        {
            // It is disposed of next; what it did not do is in the log.
        }
        catch (InvalidOperationException)
        {
            // Orleans has not started: why is the exception on its way, which this one must not hide.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            // A timer may fire meanwhile: what it cancels stays.
            _bound?.Dispose();
            _impatience?.Dispose();
            _lastImpatience?.Dispose();
        }
    }

    private void BeHurried()
    {
        _errors.WriteLine($"k2: {_step} takes long: what waits for ClickHouse is given up, the log has it and the next start goes on from there.");
        _hurry.Cancel();
    }

    private void Expire()
    {
        _errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"k2: not ended in order within {Limit.TotalSeconds:0.#} s ({ClusterSettings.SectionName}:{nameof(ClusterSettings.ShutdownSeconds)}): {_step} was not finished. The log has what ClickHouse lacks; the next start goes on from there."));
        AtOnce();
        _exit(BoundPassed);
    }
}
