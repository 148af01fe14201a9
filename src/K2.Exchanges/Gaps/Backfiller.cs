using System.Globalization;
using System.Threading.Channels;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Exchanges.Rest;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges.Gaps;

/// <summary>
/// Asks an exchange's REST API for what the socket missed: gaps, and the newest trades behind every new connection. One request at a time
/// within the exchange's budget, one page of each job in turn, so that a wide gap does not hold up a small one. Pages go through the same
/// <see cref="FeedKeeper"/> as live frames.
/// </summary>
/// <remarks>Longer than most: which job is next hangs on all jobs, their attempts and the API's budget at once.</remarks>
public sealed partial class Backfiller
{
    // Exchanges cut times to milliseconds, and their instruments' trades do not come in one order.
    private static readonly TimeSpan FirstLookMargin = TimeSpan.FromSeconds(1);

    // An instrument that is new in the file after a long rest is not fetched for all of it.
    private static readonly TimeSpan FirstLookMost = TimeSpan.FromDays(1);

    private readonly ITradeHistory _history;
    private readonly FeedKeeper _keeper;
    private readonly RestApi _rest;
    private readonly BackfillOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Exchange _exchange;
    private readonly Lock _gate = new();
    private readonly LinkedList<FetchJob> _jobs = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FrameResult _result = new();
    private readonly string _origin;
    private FetchJob? _current;
    private long _nextTailCheck;
    private long _sequence;
    private long _backfilled;

    /// <summary>Makes a backfiller and listens to the keeper; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="history">How its pages are asked for and read.</param>
    /// <param name="keeper">Knows the gaps and takes the pages.</param>
    /// <param name="rest">Its REST API; not disposed of.</param>
    /// <param name="options">Behaviour.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Log of gaps.</param>
    public Backfiller(Exchange exchange, ITradeHistory history, FeedKeeper keeper, RestApi rest, BackfillOptions options, TimeProvider time, ILogger logger)
    {
        _exchange = exchange;
        _history = history;
        _keeper = keeper;
        _rest = rest;
        _options = options;
        _time = time;
        _logger = logger;
        _nextTailCheck = Later(options.TailInterval);
        _origin = $"{exchange.ToName()}-rest-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}";
        keeper.GapOpened = Add;
        keeper.TailUncertain = AddTail;
        foreach (var gap in keeper.Feeds.SelectMany(feed => feed.Gaps)) Add(gap);
    }

    /// <summary>What was missing and what became of it. Thread-safe; the counts may be of slightly different moments.</summary>
    public FeedStatus Status
    {
        get
        {
            var (opened, filled, givenUp) = _keeper.Counts;
            lock (_gate) return new FeedStatus(_jobs.Count(job => job.Gap is not null) + (_current?.Gap is null ? 0 : 1), opened, filled, givenUp, _backfilled, _sequence, _rest.LastError);
        }
    }

    /// <summary>Jobs that wait.</summary>
    internal int Waiting
    {
        get
        {
            lock (_gate) return _jobs.Count;
        }
    }

    /// <summary>Fetches until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var (job, wait) = TakeJob();
                if (job is null)
                {
                    await WaitAsync(wait, stop);
                    AskForQuietInstruments();
                    continue;
                }

                if (await TryFetchAsync(job, stop)) Requeue(job);
                lock (_gate) _current = null;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is still open is known to the log and asked for again at the next start.
        }
    }

    private void Add(OpenGap gap)
    {
        LogGap(_exchange, gap.ToString(), gap.Bounds.Cause.ToString());
        Enqueue(new FetchJob(gap.Feed, gap, "", Later(gap.Bounds.Cause == GapCause.IdJump ? _options.Grace : TimeSpan.Zero)));
    }

    private void AddTail(InstrumentFeed feed, string connectionId)
    {
        HistoryRange? firstLook = null;
        if (feed.IsUnknownBefore(connectionId))
        {
            // From the first connection on everything is owed, and nothing was missed yet.
            var now = Timestamp.From(_time.GetUtcNow());
            if (feed.NoteOwed(now) is not { } owed) return;

            // Our clock may be ahead of the exchange's.
            if (_keeper.FirstLive is { } live && live < owed) owed = live;
            var oldest = now.Add(-FirstLookMost);
            firstLook = new HistoryRange(0, long.MaxValue, owed < oldest ? oldest : owed.Add(-FirstLookMargin));
        }

        lock (_gate)
        {
            // One for each instrument, however often a connection comes and goes while REST is away. A first look reads the tail too, a tail not what lies before it.
            if (_jobs.FirstOrDefault(job => job.Gap is null && job.Feed == feed && (job.IsFirstLook || firstLook is null)) is { } waiting)
            {
                if (waiting.ConnectionId.Length > 0) waiting.ConnectionId = connectionId;
                return;
            }
        }

        Enqueue(new FetchJob(feed, null, connectionId, _time.GetTimestamp()) { IsFirstLook = firstLook is not null, Range = firstLook });
    }

    private void Enqueue(FetchJob job)
    {
        lock (_gate) _jobs.AddLast(job);
        _wake.Writer.TryWrite(true);
    }

    private void Requeue(FetchJob job)
    {
        lock (_gate) _jobs.AddLast(job);
    }

    /// <summary>Returns the next job that may go on, with its page, or how long there is nothing to do.</summary>
    private (FetchJob? Job, TimeSpan Wait) TakeJob()
    {
        lock (_gate)
        {
            var wait = Remaining(_nextTailCheck);
            for (var node = _jobs.First; node is not null;)
            {
                var (job, next) = (node.Value, node.Next);
                if (job.IsMoot)
                {
                    _jobs.Remove(node);
                }
                else if (Longer(Remaining(job.NotBefore), _rest.WaitFor(job.Feed.Instrument.Id)) is var rest && rest <= TimeSpan.Zero)
                {
                    _jobs.Remove(node);
                    _current = job;
                    job.Range ??= job.Gap?.Range ?? job.Feed.Tail;
                    job.Next ??= _history.First(job.Feed.Instrument, job.Range);
                    return (job, TimeSpan.Zero);
                }
                else if (rest < wait)
                {
                    wait = rest;
                }

                node = next;
            }

            return (null, wait);
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        if (wait <= TimeSpan.Zero) return;

        // Timers round down to whole milliseconds, which would make the last one a busy wait.
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    private void AskForQuietInstruments()
    {
        if (Remaining(_nextTailCheck) > TimeSpan.Zero) return;
        _nextTailCheck = Later(_options.TailInterval);
        foreach (var feed in _keeper.Feeds)
        {
            if (feed.HasTrades && !feed.WasBusy()) AddTail(feed, "");
        }
    }

    /// <summary>As <see cref="FetchAsync"/>; whatever goes wrong is told and tried again later: gaps must not wait for a new start.</summary>
    private async Task<bool> TryFetchAsync(FetchJob job, CancellationToken stop)
    {
        try
        {
            return await FetchAsync(job, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            _rest.Fail($"{job.Next?.PathAndQuery} failed: {failure.GetType().Name} {failure.Message}");
            return true;
        }
    }

    /// <summary>Fetches one page of a job; true if the job goes on.</summary>
    private async Task<bool> FetchAsync(FetchJob job, CancellationToken stop)
    {
        if (job.Gap is { } wide && wide.Width > _options.MaxGapTrades && wide.Bounds.Cause != GapCause.History)
        {
            await GiveUpAsync(wide, GapReason.TooLarge, stop);
            return false;
        }

        if (await _rest.GetAsync(job.Feed.Instrument.Id, job.Next!, stop) is not { } answer) return true;

        var body = answer.Body;
        var received = Timestamp.From(_time.GetUtcNow());
        var instrument = job.Feed.Instrument;
        var next = _history.Read(instrument, job.Range!, job.Next!, body, answer.Header, received, _result);
        if (_result.Kind == FrameKind.Rejected && _result.Reason == RejectReasons.RestBusy)
        {
            // It says nothing of the trades: no attempt at them, and no dead letter.
            _rest.Fail($"{job.Next!.PathAndQuery} was answered with {_result.Detail}");
            return true;
        }

        if (_result.Kind == FrameKind.Rejected)
        {
            _rest.Fail($"{job.Next!.PathAndQuery} was answered with {_result.Reason}: {_result.Detail}");
            await _keeper.AcceptAsync(Page(instrument, body, received, [], 0, new RejectedFrame(_result.Reason, _result.Detail, body, body.Length, received, ++_sequence)), stop);
            return !await FailedAsync(job, stop);
        }

        _rest.Succeeded();
        var records = Wanted(job);
        _backfilled += records.Count;
        var count = records.Count;
        var bad = _result.BadTrades == 0 ? null : new RejectedFrame(_result.Reason, $"{_result.BadTrades} trades of the page, first: {_result.Detail}", body, body.Length, received, ++_sequence);
        if (Reached(job.Feed, records) is { } reached) records.Add(LogRecord.OfWatermark(reached));
        await _keeper.AcceptAsync(Page(instrument, body, received, records.Count == 0 ? [] : [new InstrumentRecords(instrument, records)], count, bad), stop);
        job.Next = next;
        if (next is not null) return true;
        return job.Gap is { IsSettled: false } && !await FailedAsync(job, stop);
    }

    /// <summary>The exchange has answered for the whole gap without filling it. True if that was once too often.</summary>
    private async Task<bool> FailedAsync(FetchJob job, CancellationToken stop)
    {
        job.Next = null;
        if (job.Gap is not { } gap)
        {
            // Other tails are asked for each minute in any case.
            job.NotBefore = Later(_options.TailInterval);
            return !job.IsFirstLook;
        }

        job.NotBefore = Later(_rest.RetryMin * (1 << Math.Min(gap.Attempts, 10)));
        if (++gap.Attempts < _options.MaxAttempts) return false;

        await GiveUpAsync(gap, GapReason.NotServed, stop);
        return true;
    }

    private async Task GiveUpAsync(OpenGap gap, GapReason reason, CancellationToken stop)
    {
        LogGivenUp(_exchange, gap.ToString(), reason.ToString());
        await _keeper.GiveUpAsync(gap, reason, stop);
    }

    private List<LogRecord> Wanted(FetchJob job)
    {
        var records = new List<LogRecord>(_result.Trades.Length);
        foreach (ref readonly var parsed in _result.Trades)
        {
            var id = parsed.Trade.TradeId;
            var isWanted = id >= job.Range!.FromId && id <= job.Range.ToId && (job.Range.FromId > 0 || parsed.Trade.ExchangeTime >= job.Range.FromTime);
            if (isWanted && !job.Feed.Knows(id)) records.Add(LogRecord.OfTrade(parsed.Trade));
        }

        return records;
    }

    /// <summary>
    /// The exchange time reached, less a small delay, or null before the first trade. It is said behind every page: candles are written when a watermark
    /// follows their trades, and behind a lost connection or in a quiet market none might for long.
    /// </summary>
    private Timestamp? Reached(InstrumentFeed feed, List<LogRecord> records)
    {
        var newest = feed.Newest;
        foreach (var record in records)
        {
            if (newest is null || record.Trade.ExchangeTime > newest) newest = record.Trade.ExchangeTime;
        }

        return newest?.Add(-_options.CloseDelay);
    }

    private FrameBatch Page(Instrument instrument, byte[] body, Timestamp received, List<InstrumentRecords> records, int trades, RejectedFrame? rejected) => new()
    {
        Exchange = _exchange,
        Origin = RestOrigins.Of(_origin, instrument),
        IsReplay = false,
        IsFetched = true,
        Frames = [new RawFrame(body, received, rejected?.Sequence ?? ++_sequence)],
        Records = records,
        Rejected = rejected is null ? [] : [rejected],
        TradeFrames = trades > 0 ? 1 : 0,
        Trades = trades,
    };

    private long Later(TimeSpan wait) => _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Remaining(long timestamp) => timestamp == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_time.GetTimestamp(), timestamp);

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
