using System.Runtime.InteropServices;
using System.Threading.Channels;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Log;
using K2.Exchanges;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Connectors;

/// <summary>
/// Takes what a worker read and makes it durable in the log: trades keyed by instrument, frames keyed by connection, refused input as dead
/// letters, all in one append. Batches that wait are appended together. A log that refuses (disk full) is tried again in order for as long
/// as it takes, while the worker stops reading its socket: nothing is dropped. What a log can never take, such as a message beyond its largest,
/// becomes a dead letter.
/// </summary>
internal sealed partial class LogConnectorSink : IConnectorSink, IAsyncDisposable
{
    private const int MaxBatchesPerAppend = 16;
    private const int KnownOrigins = 32;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);
    private readonly ILog _log;
    private readonly LivePump _live;
    private readonly PipelineCounters _counters;
    private readonly IProtocolProbe _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<FrameBatch> _pending;
    private readonly Task _appending;
    private readonly Queue<string> _origins = new(KnownOrigins);
    private readonly List<LogAppend> _appends = [];
    private readonly List<FrameBatch> _taken = [];

    public LogConnectorSink(ILog log, LivePump live, PipelineCounters counters, IProtocolProbe probe, int pendingBatches, TimeProvider time, ILogger logger)
    {
        _log = log;
        _live = live;
        _counters = counters;
        _probe = probe;
        _time = time;
        _logger = logger;
        _pending = Channel.CreateBounded<FrameBatch>(new BoundedChannelOptions(pendingBatches) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
        _appending = Task.Run(AppendAllAsync);
    }

    /// <inheritdoc/>
    public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        _probe.Enter(ProtocolStep.Receive);
        if (!batch.IsReplay && !batch.IsFetched && !_origins.Contains(batch.Origin))
        {
            // Connections overlap when one takes over from another, and shards have one each.
            if (_origins.Count == KnownOrigins) _origins.Dequeue();
            _origins.Enqueue(batch.Origin);
            _counters.Add(PipelineStage.Connects, 1);
        }

        _counters.Add(PipelineStage.Frames, batch.Frames.Count);
        _counters.Add(PipelineStage.TradeFrames, batch.TradeFrames);
        _counters.Add(PipelineStage.Parsed, batch.Trades);
        _counters.Add(PipelineStage.Rejected, batch.Rejected.Count);
        return _pending.Writer.WriteAsync(batch, cancellationToken);
    }

    /// <summary>Returns when everything accepted is durable.</summary>
    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _appending;
    }

    private async Task AppendAllAsync()
    {
        while (await _pending.Reader.WaitToReadAsync())
        {
            _appends.Clear();
            _taken.Clear();
            while (_taken.Count < MaxBatchesPerAppend && _pending.Reader.TryRead(out var batch))
            {
                Encode(batch);
                _taken.Add(batch);
            }

            if (_appends.Count == 0) continue;
            await AppendAsync();
            foreach (var append in _appends)
            {
                if (append.Topic == TopicNames.Trades(_taken[0].Exchange)) _live.Offer(append.Key, append.Payload);
            }

            _counters.Add(PipelineStage.Appended, _taken.Sum(batch => (long)batch.Trades));
        }
    }

    private async Task AppendAsync()
    {
        if (await TryAppendAsync(_appends) is null) return;

        // The log refuses the call for what is in it, and would do so for ever: what can be stored is, the rest becomes dead letters.
        foreach (var append in _appends)
        {
            if (await TryAppendAsync([append]) is not { } refused) continue;
            foreach (var part in RefusedAppend.Split(append))
            {
                if (await TryAppendAsync([part]) is not null) await KeepAsync(RefusedAppend.Letter(_taken[0].Exchange, part, refused.Message));
            }
        }
    }

    /// <summary>Appends; waits for as long as the log is away. Returns why the log refuses it for good, or null.</summary>
    private async Task<ArgumentException?> TryAppendAsync(IReadOnlyList<LogAppend> appends)
    {
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                await _log.AppendAsync(appends, CancellationToken.None);
                return null;
            }
            catch (ArgumentException refused)
            {
                return refused;
            }
            catch (Exception failure)
            {
                LogAppendFailed(failure, _taken.Count, retry.TotalMilliseconds);
                await Task.Delay(retry, _time);
            }
        }
    }

    /// <summary>Appends a dead letter with as much of its bytes as the log takes.</summary>
    private async Task KeepAsync(DeadLetter letter)
    {
        LogRefused(letter.Origin, letter.Sequence, letter.OriginalLength, letter.Detail);
        _counters.Add(PipelineStage.Rejected, 1);
        while (await TryAppendAsync([new LogAppend(TopicNames.DeadLetters, letter.Origin, 1, DeadLetterCodec.Encode([letter]))]) is not null)
        {
            if (letter.Original.IsEmpty) return;
            letter = letter with { Original = letter.Original[..(letter.Original.Length / 2)] };
        }
    }

    private void Encode(FrameBatch batch)
    {
        if (batch.Frames.Count > 0)
        {
            _appends.Add(new LogAppend(TopicNames.Raw(batch.Exchange), batch.Origin, batch.Frames.Count, RawChunkCodec.Encode(Chunk(batch))));
        }

        foreach (var (instrument, records) in batch.Records)
        {
            var rest = CollectionsMarshal.AsSpan(records);
            while (!rest.IsEmpty)
            {
                var part = rest[..Math.Min(rest.Length, RecordCodec.MaxRecords)];
                _appends.Add(new LogAppend(TopicNames.Trades(batch.Exchange), instrument.Id.ToString(), part.Length, RecordCodec.Encode(instrument, part)));
                rest = rest[part.Length..];
            }
        }

        if (batch.Rejected.Count > 0)
        {
            var letters = batch.Rejected.Select(rejected => new DeadLetter
            {
                Exchange = batch.Exchange,
                Origin = batch.Origin,
                Sequence = rejected.Sequence,
                Reason = rejected.Reason,
                Detail = rejected.Detail,
                ReceivedTime = rejected.ReceivedTime,
                Original = rejected.Original,
                OriginalLength = rejected.OriginalLength,
            }).ToList();
            _appends.Add(new LogAppend(TopicNames.DeadLetters, batch.Origin, letters.Count, DeadLetterCodec.Encode(letters)));
        }
    }

    private static RawChunk Chunk(FrameBatch batch) => new()
    {
        Exchange = batch.Exchange,
        Origin = batch.Origin,
        IsReplay = batch.IsReplay,
        Sequences = [.. batch.Frames.Select(frame => frame.Sequence)],
        ReceivedTimes = [.. batch.Frames.Select(frame => frame.ReceivedTime)],
        Frames = [.. batch.Frames.Select(frame => frame.Bytes)],
    };

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "The log does not take {Origin} {Sequence}, {Length} bytes, which becomes a dead letter: {Reason}")]
    private partial void LogRefused(string origin, long sequence, long length, string reason);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "The log refused {Batches} batches; again in {RetryMs} ms, the socket waits")]
    private partial void LogAppendFailed(Exception failure, int batches, double retryMs);
}
