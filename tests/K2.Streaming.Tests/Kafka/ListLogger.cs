using System.Collections.Concurrent;
using K2.Streaming.Kafka;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Tests.Kafka;

/// <summary>Keeps what is logged, of all levels, and tells when a line of some text comes.</summary>
internal sealed class ListLogger : ILogger<KafkaLog>
{
    private readonly ConcurrentQueue<(string Part, TaskCompletionSource Come)> _waits = new();

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Ends with the next line that holds a text. Call it before what leads to the line.</summary>
    public Task WhenLogged(string part)
    {
        var wait = (part, Come: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waits.Enqueue(wait);
        return wait.Come.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{formatter(state, exception)} {exception}";
        Lines.Enqueue(line);
        foreach (var (part, come) in _waits)
        {
            if (line.Contains(part, StringComparison.Ordinal)) come.TrySetResult();
        }
    }
}
