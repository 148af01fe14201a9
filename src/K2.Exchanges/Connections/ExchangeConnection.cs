using System.Net.WebSockets;
using System.Text.Unicode;
using K2.Domain;

namespace K2.Exchanges.Connections;

/// <summary>
/// The receive loop of one connection, from open to close: receives, parses, hands over. It never reads ahead of the sink.
/// </summary>
/// <remarks>Longer than most: its deadlines (lingering batch, answers, silence) end one and the same wait.</remarks>
internal sealed class ExchangeConnection
{
    private readonly ConnectionContext _context;
    private readonly ConnectorOptions _options;
    private readonly string _connectionId;
    private readonly MessageBuffer _buffer;
    private readonly SubscriptionBook _subscriptions;
    private readonly BatchBuilder _batch;
    private readonly FrameDispatcher _dispatcher;
    private long _sequence;
    private int _announced;
    private long _batchStartedAt;
    private long _refusedAt;
    private ConnectionEnd? _end;
    private bool _sinkFailed;
    private Task _abandoned = Task.CompletedTask;

    public ExchangeConnection(ConnectionContext context, string connectionId)
    {
        _context = context;
        _options = context.Options;
        _connectionId = connectionId;
        _buffer = new MessageBuffer(_options.MaxFrameBytes);
        _subscriptions = new SubscriptionBook(context.Adapter, Math.Min(_options.StreamsPerMessage ?? context.Adapter.Limits.StreamsPerMessage, context.Adapter.Limits.StreamsPerConnection));
        var parser = context.Adapter.CreateParser(context.Instruments);
        _batch = new BatchBuilder(context.Adapter.Exchange, context.Origins is not null, parser.Instruments);
        _dispatcher = new FrameDispatcher(parser, context.Desired, _options, context.Source, _batch, context.Counters);
    }

    private TimeSpan MaxSilence => _options.SilenceTimeout ?? _context.Adapter.MaxSilence;

    private bool WasUseful => _subscriptions.IsSettled && _sequence > 0;

    /// <summary>Runs until the connection ends or the stop.</summary>
    /// <param name="opened">Called when the socket is open.</param>
    /// <param name="stop">The worker's stop.</param>
    /// <param name="leave">Ends the connection, also at the worker's stop; what was read is handed over first.</param>
    /// <param name="drain">Cancels handing over.</param>
    /// <exception cref="Exception">Whatever the sink throws while it takes what is left at the stop.</exception>
    public async Task<ConnectionEnd> RunAsync(Action opened, CancellationToken stop, CancellationToken leave, CancellationToken drain)
    {
        var socket = new ExchangeSocket(_context, _connectionId);
        try
        {
            return await RunAsync(socket, opened, stop, leave, drain);
        }
        finally
        {
            await socket.DisposeAsync();
            await _abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task<ConnectionEnd> RunAsync(ExchangeSocket socket, Action opened, CancellationToken stop, CancellationToken leave, CancellationToken drain)
    {
        if (await socket.OpenAsync(leave) is { } failure) return failure;

        opened();
        foreach (var request in _subscriptions.Subscribe(_context.Desired)) socket.Send(request);
        foreach (var message in _context.Adapter.OpeningMessages) socket.Send(new OutgoingRequest(0, message, []));
        try
        {
            try
            {
                await ReceiveLoopAsync(socket, stop, leave, drain);
            }
            catch (Exception e) when (!_sinkFailed && IsLoss(e))
            {
                _end = new ConnectionEnd($"connection lost: {e.InnerException?.Message ?? e.Message}", WasUseful);
                if (e is WebSocketException { WebSocketErrorCode: WebSocketError.Faulted } && _context.Origins is null) await TakeFaultyMessageAsync(drain);
            }

            if (leave.IsCancellationRequested || stop.IsCancellationRequested) _dispatcher.Finish();
            await HandOverAsync(drain);
            return _end ?? new ConnectionEnd("stopped", WasUseful);
        }
        catch (Exception e) when (_sinkFailed && !leave.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Connecting anew lets a replay start over; on a live exchange the new origin shows that something is missing.
            return new ConnectionEnd($"handing over failed: {e.Message}", false);
        }
    }

    private async Task ReceiveLoopAsync(ExchangeSocket socket, CancellationToken stop, CancellationToken leave, CancellationToken drain)
    {
        // Who leaves reads on until the socket is empty: what had come by then must not be lost to the connection that takes over.
        while (_end is null && !stop.IsCancellationRequested)
        {
            var receive = socket.ReceiveAsync(_buffer.Next());
            ValueWebSocketReceiveResult result;
            if (receive.IsCompleted)
            {
                result = await receive;
            }
            else
            {
                var pending = receive.AsTask();
                if (!await WaitForDataAsync(pending, socket, leave, drain))
                {
                    _abandoned = pending;
                    return;
                }

                result = await pending;
            }

            if (result.MessageType == WebSocketMessageType.Close)
            {
                _end = new ConnectionEnd(socket.CloseReason, WasUseful);
                return;
            }

            _buffer.Advance(result.Count);
            if (result.EndOfMessage) await TakeMessageAsync(socket, drain);
        }
    }

    /// <summary>The socket is empty: hands over what lingers, asks a silent exchange for a sign of life. False if the connection is to end.</summary>
    private async Task<bool> WaitForDataAsync(Task pending, ExchangeSocket socket, CancellationToken leave, CancellationToken drain)
    {
        // Two clocks: the wait for an answer goes on while the silence that follows a question is counted anew.
        var emptySince = _context.Time.GetTimestamp();
        var quietSince = emptySince;
        while (true)
        {
            var wait = NextDeadline(emptySince, quietSince);
            if (wait > TimeSpan.Zero)
            {
                await pending.WaitAsync(wait, _context.Time, leave).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                if (pending.IsCompleted) return true;
                if (leave.IsCancellationRequested) return false;
            }

            if (!_batch.IsEmpty && _context.Time.GetElapsedTime(_batchStartedAt) >= _options.Linger) await HandOverAsync(drain);
            AskRefusedAgain(socket);
            if (_subscriptions.Pending.Any(r => r.IsSent && Unanswered(r, emptySince) >= _options.AnswerTimeout))
            {
                _end = new ConnectionEnd($"no answer to a request within {_options.AnswerTimeout.TotalSeconds} s", false);
                return false;
            }

            if (_context.Time.GetElapsedTime(quietSince) >= MaxSilence)
            {
                if (_subscriptions.Probe() is { } probe)
                {
                    socket.Send(probe);
                }
                else if (!_subscriptions.IsProbing)
                {
                    _end = new ConnectionEnd($"silent for {MaxSilence.TotalSeconds} s, heartbeats included", WasUseful);
                    return false;
                }

                quietSince = _context.Time.GetTimestamp();
            }
        }
    }

    private void AskRefusedAgain(ExchangeSocket socket)
    {
        if (_subscriptions.Refused.IsEmpty) _refusedAt = 0;
        else if (_refusedAt == 0) _refusedAt = _context.Time.GetTimestamp();
        else if (_context.Time.GetElapsedTime(_refusedAt) >= _options.RefusedRetry)
        {
            _refusedAt = 0;
            foreach (var request in _subscriptions.AskRefusedAgain(_context.Desired)) socket.Send(request);
        }
    }

    private TimeSpan NextDeadline(long emptySince, long quietSince)
    {
        var wait = MaxSilence - _context.Time.GetElapsedTime(quietSince);
        if (_refusedAt != 0) wait = Min(wait, _options.RefusedRetry - _context.Time.GetElapsedTime(_refusedAt));
        if (!_batch.IsEmpty) wait = Min(wait, _options.Linger - _context.Time.GetElapsedTime(_batchStartedAt));
        foreach (var request in _subscriptions.Pending)
        {
            // A request still waits for the rate limit, or its answer is due.
            wait = Min(wait, request.IsSent ? _options.AnswerTimeout - Unanswered(request, emptySince) : _options.AnswerTimeout);
        }

        // Timers count whole milliseconds and round down, which would make the last one a busy wait.
        return TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }

    // Time counts only while the socket is empty: before that, the answer may have been stuck behind messages that a slow sink held up.
    private TimeSpan Unanswered(OutgoingRequest request, long emptySince) => _context.Time.GetElapsedTime(Math.Max(request.SentAt, emptySince));

    private async ValueTask TakeMessageAsync(ExchangeSocket socket, CancellationToken drain)
    {
        var length = _buffer.Length;
        var message = _buffer.TakeMessage();
        var now = Timestamp.From(_context.Time.GetUtcNow());
        Interlocked.Increment(ref _context.Counters.Frames);
        Volatile.Write(ref _context.Counters.LastFrameMicroseconds, now.Microseconds);

        if (_context.Origins is null)
        {
            await BeginAsync(_connectionId, drain);
            _dispatcher.Take(message, length, now, ++_sequence);
        }
        else if (!_context.Origins.TryTake(_connectionId, out var origin))
        {
            _end = new ConnectionEnd("the replay server does not say where a message came from", false);
            return;
        }
        else if (origin.Line == 0)
        {
            _dispatcher.TakeControl(message, now);
        }
        else
        {
            await BeginAsync(origin.Capture, drain);
            _sequence++;
            _dispatcher.Take(message, length, origin.ReceivedTime, origin.Line);
        }

        if (_dispatcher.HasSequenceJumped()) _context.Feed?.MessagesMissing(_connectionId);
        if (_dispatcher.Result.Kind == FrameKind.Control) TakeControl(socket);
        if (_batch.Frames >= _options.FramesPerBatch || _batch.Bytes >= _options.BytesPerBatch || _batch.Trades >= _options.TradesPerBatch) await HandOverAsync(drain);
    }

    /// <summary>
    /// A text message that is no UTF-8 makes the socket fail the connection, as RFC 6455 demands, without saying how long it was. It lies in
    /// memory that was zero before, and text holds no zero.
    /// </summary>
    private async ValueTask TakeFaultyMessageAsync(CancellationToken drain)
    {
        var written = _buffer.Next().Span.LastIndexOfAnyExcept((byte)0) + 1;
        _buffer.Advance(written);
        var length = _buffer.Length;
        var message = _buffer.TakeMessage();
        if (length > message.Length || Utf8.IsValid(message.Span)) return;

        await BeginAsync(_connectionId, drain);
        _dispatcher.Take(message, length, Timestamp.From(_context.Time.GetUtcNow()), ++_sequence);
    }

    private ValueTask BeginAsync(string origin, CancellationToken drain)
    {
        if (_batch.IsEmpty)
        {
            _batch.SetOrigin(origin);
            _batchStartedAt = _context.Time.GetTimestamp();
            return ValueTask.CompletedTask;
        }

        return ReferenceEquals(_batch.Origin, origin) || _batch.Origin == origin ? ValueTask.CompletedTask : ChangeOriginAsync(origin, drain);
    }

    private async ValueTask ChangeOriginAsync(string origin, CancellationToken drain)
    {
        await HandOverAsync(drain);
        _batch.SetOrigin(origin);
        _batchStartedAt = _context.Time.GetTimestamp();
    }

    private void TakeControl(ExchangeSocket socket)
    {
        var result = _dispatcher.Result;
        switch (result.Control)
        {
            case ControlKind.Accepted:
                _subscriptions.Accept(result.RequestId, result.Symbol);
                if (result.Streams is { } streams && streams.Count < _subscriptions.Confirmed.Length)
                {
                    _end = new ConnectionEnd($"the exchange knows {streams.Count} of {_subscriptions.Confirmed.Length} confirmed subscriptions", WasUseful);
                    return;
                }

                break;
            case ControlKind.Refused:
                foreach (var request in _subscriptions.Refuse(result.RequestId, result.Detail, result.Symbol)) socket.Send(request);
                break;
            case ControlKind.Subscribed:
                _subscriptions.AcceptAll(result.Streams ?? []);
                break;
            case ControlKind.Heartbeat or ControlKind.Status:
                return;
            case ControlKind.Shutdown:
                // The next connection is made while this one still brings trades.
                _context.OnShutdown();
                return;
        }

        _dispatcher.SetConfirmed(_subscriptions.Confirmed);
        _context.OnSubscriptions(_subscriptions);
        if (_subscriptions.Confirmed.Length == _announced) return;

        _context.Feed?.Confirmed(_connectionId, [.. _subscriptions.Confirmed.Skip(_announced)]);
        _announced = _subscriptions.Confirmed.Length;
    }

    private async ValueTask HandOverAsync(CancellationToken drain)
    {
        if (_batch.IsEmpty) return;

        _sinkFailed = true;
        await _context.Sink.AcceptAsync(_batch.Take(), drain);
        _sinkFailed = false;
    }

    private static bool IsLoss(Exception e) =>
        e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException;

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
