using System.Collections.Concurrent;
using K2.Abstractions.Log;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>The parts of the provider, for Orleans. The provider only reads: producers append to the log.</summary>
internal sealed class LogAdapterFactory : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    private readonly ConcurrentDictionary<QueueId, LogQueueSession> _sessions = new();
    private readonly LogQueueMapper _mapper;
    private readonly ILog _log;
    private readonly LogStreamOptions _options;
    private readonly LogStreamStatus _status;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public LogAdapterFactory(string name, ILog log, LogStreamOptions options, LogStreamStatus status, TimeProvider time, ILogger<LogAdapterFactory> logger)
    {
        Name = name;
        _log = log;
        _options = options;
        _status = status;
        _time = time;
        _logger = logger;
        _mapper = new LogQueueMapper(options);
        _status.Attach(_mapper.Queues);
    }

    public string Name { get; }

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler(false));

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("append to the log instead of producing to the stream");

    // An agent asks for its cache first and for its receiver right after it, in the same turn.
    public IQueueCache CreateQueueCache(QueueId queueId)
    {
        var session = new LogQueueSession(_log, _mapper[queueId], _options, _time, _logger);
        _sessions[queueId] = session;
        _status.Set(session);
        return session.Cache;
    }

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new LogQueueReceiver(_log, _sessions[queueId], _options);
}
