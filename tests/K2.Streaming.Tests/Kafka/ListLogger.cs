using System.Collections.Concurrent;
using K2.Streaming.Kafka;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Tests.Kafka;

/// <summary>Keeps what is logged, of all levels.</summary>
internal sealed class ListLogger : ILogger<KafkaLog>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");
}
