using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Exchanges.Tests;

/// <summary>Keeps what a worker hands over, and tells when enough of it came.</summary>
internal sealed class TestSink : IConnectorSink
{
    private readonly Lock _lock = new();
    private readonly List<(Func<TestSink, bool> Condition, TaskCompletionSource Reached)> _waits = [];

    public List<FrameBatch> Batches { get; } = [];

    /// <summary>Runs before a batch is taken; may block or throw.</summary>
    public Func<FrameBatch, CancellationToken, ValueTask>? Before { get; set; }

    public long Frames { get; private set; }

    public long Trades { get; private set; }

    public long Rejected { get; private set; }

    public IEnumerable<LogRecord> Records(string symbol) => Batches.SelectMany(b => b.Records).Where(r => r.Instrument.Id.Symbol == symbol).SelectMany(r => r.Records);

    public IEnumerable<Trade> TradesOf(string symbol) => Records(symbol).Where(r => r.Kind == RecordKind.Trade).Select(r => r.Trade);

    public async ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        if (Before is { } before) await before(batch, cancellationToken);
        lock (_lock)
        {
            Batches.Add(batch);
            Frames += batch.Frames.Count;
            Trades += batch.Trades;
            Rejected += batch.Rejected.Count;
            foreach (var wait in _waits.Where(w => w.Condition(this)).ToList())
            {
                _waits.Remove(wait);
                wait.Reached.SetResult();
            }
        }
    }

    /// <summary>Ends when the condition holds after a batch.</summary>
    public Task Until(Func<TestSink, bool> condition)
    {
        lock (_lock)
        {
            if (condition(this)) return Task.CompletedTask;
            var wait = (condition, Reached: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waits.Add(wait);
            return wait.Reached.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        }
    }
}
