using System.Collections.Concurrent;
using K2.Simulator.WebSockets;

namespace K2.Simulator.Replay;

/// <summary>What all connections of a replay server share.</summary>
internal sealed class ReplaySession(ReplayOptions options, IReadOnlyList<IFrameSource> sources) : IDisposable
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ReplayConnection, ServerWebSocket> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private long _framesSent;
    private long _framesSkipped;
    private long _pongsReceived;

    public ReplayOptions Options => options;

    public IReadOnlyList<IFrameSource> Sources => sources;

    public OriginRegistry Origins { get; } = new();

    public Task Completed => _completed.Task;

    public Task Taken => _taken.Task;

    public long FramesSent => Volatile.Read(ref _framesSent);

    public long FramesSkipped => Volatile.Read(ref _framesSkipped);

    public long PongsReceived => Volatile.Read(ref _pongsReceived);

    public void AddFrames(long sent, long skipped)
    {
        Interlocked.Add(ref _framesSent, sent);
        Interlocked.Add(ref _framesSkipped, skipped);
    }

    public void AddPong() => Interlocked.Increment(ref _pongsReceived);

    public void Complete(OriginQueue? origins)
    {
        _completed.TrySetResult();
        if (origins is null || _taken.Task.IsCompleted) return;

        origins.MarkLast();
        origins.AllTaken.GetAwaiter().OnCompleted(() => _taken.TrySetResult());
    }

    public void Fail(Exception exception) => _completed.TrySetException(exception);

    public void DropConnections()
    {
        foreach (var socket in _connections.Values) socket.Abort();
    }

    public void Stop()
    {
        _stop.Cancel();
        DropConnections();
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Serves a connection to its end.</summary>
    public async Task ServeAsync(ServerWebSocket socket, IReplayProtocol protocol, string connectionId)
    {
        OriginQueue? origins = null;
        if (connectionId.Length > 0 && !Origins.TryOpen(connectionId, out origins)) return;

        var connection = new ReplayConnection(this, socket, protocol, origins);
        _connections.TryAdd(connection, socket);
        try
        {
            await connection.RunAsync(_stop.Token);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            if (connectionId.Length > 0) Origins.Close(connectionId);
        }
    }
}
