using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges.Connections;

/// <summary>
/// Turns messages into the content of batches: parses, keeps the order, places watermarks. What it produces is a pure function of the
/// messages and their origins.
/// </summary>
internal sealed class FrameDispatcher
{
    private readonly IFrameParser _parser;
    private readonly ConnectorOptions _options;
    private readonly TradeSource _source;
    private readonly BatchBuilder _batch;
    private readonly WorkerCounters _counters;
    private readonly WatermarkTracker _watermarks;
    private readonly bool[] _isDesired;
    private readonly Dictionary<InstrumentId, int> _slots = [];
    private List<int> _confirmed = [];
    private long _nextSequence = -1;

    public FrameDispatcher(IFrameParser parser, IReadOnlyList<Instrument> desired, ConnectorOptions options, TradeSource source, BatchBuilder batch, WorkerCounters counters)
    {
        _parser = parser;
        _options = options;
        _source = source;
        _batch = batch;
        _counters = counters;
        _watermarks = new WatermarkTracker(options.CloseDelay, options.WatermarkInterval);
        _isDesired = new bool[parser.Instruments.Count];
        for (var slot = 0; slot < parser.Instruments.Count; slot++) _slots[parser.Instruments[slot].Id] = slot;
        foreach (var instrument in desired) _isDesired[_slots[instrument.Id]] = true;
    }

    /// <summary>What the last message said.</summary>
    public FrameResult Result { get; } = new();

    /// <summary>Sets the instruments that get watermarks.</summary>
    public void SetConfirmed(IEnumerable<Instrument> instruments) => _confirmed = [.. instruments.Select(i => _slots[i.Id])];

    /// <summary>Takes a message that belongs into the batch.</summary>
    public void Take(ReadOnlyMemory<byte> message, long length, Timestamp received, long sequence)
    {
        if (length > message.Length)
        {
            Interlocked.Increment(ref _counters.Rejected);
            _batch.AddRejected(new RejectedFrame(RejectReasons.FrameTooBig, $"{length} bytes, at most {_options.MaxFrameBytes} are read", message, length, received, sequence));
            Result.Clear();
            return;
        }

        _batch.AddFrame(message, received, sequence);
        _parser.Parse(message.Span, received, _source, Result);
        switch (Result.Kind)
        {
            case FrameKind.Trades:
                TakeTrades();
                if (Result.BadTrades == 0) break;
                Interlocked.Increment(ref _counters.Rejected);
                _batch.AddRejected(new RejectedFrame(Result.Reason, $"{Result.BadTrades} of {Result.BadTrades + Result.Trades.Length} trades of the message, first: {Result.Detail}", message, length, received, sequence));
                break;
            case FrameKind.Ignored when Result.Ignored == IgnoredKind.OtherTradeKind:
                Interlocked.Increment(ref _counters.OtherTradeKinds);
                break;
            case FrameKind.Ignored:
                Interlocked.Increment(ref _counters.OtherStreams);
                break;
            case FrameKind.Rejected:
                Interlocked.Increment(ref _counters.Rejected);
                _batch.AddRejected(new RejectedFrame(Result.Reason, Result.Detail, message, length, received, sequence));
                break;
        }
    }

    /// <summary>
    /// Whether the exchange's number of the last message says that messages before it are missing. A lower number than the last one is no loss: it
    /// is an earlier message that came again or late.
    /// </summary>
    public bool HasSequenceJumped()
    {
        if (Result.Sequence < 0) return false;
        var jumped = _nextSequence >= 0 && Result.Sequence > _nextSequence;
        _nextSequence = Math.Max(_nextSequence, Result.Sequence + 1);
        if (jumped) Interlocked.Increment(ref _counters.SequenceJumps);
        return jumped;
    }

    /// <summary>Reads a message that belongs into no batch: an answer of the replay server.</summary>
    public void TakeControl(ReadOnlyMemory<byte> message, Timestamp received) => _parser.Parse(message.Span, received, _source, Result);

    /// <summary>Appends the connection's last watermark.</summary>
    public void Finish()
    {
        if (_watermarks.TryFinish(out var watermark)) AddWatermarks(watermark);
    }

    private void TakeTrades()
    {
        var taken = 0;
        var newest = new Timestamp(long.MinValue);
        foreach (ref readonly var trade in Result.Trades)
        {
            if (!_isDesired[trade.Slot])
            {
                Interlocked.Increment(ref _counters.NotAskedFor);
                continue;
            }

            taken++;
            _batch.AddTrade(Result.IsSnapshot && _source is (TradeSource.Live or TradeSource.Simulated) ? trade with { Trade = trade.Trade with { Source = TradeSource.Snapshot } } : trade);
            if (trade.Trade.ExchangeTime > newest) newest = trade.Trade.ExchangeTime;
        }

        if (taken == 0) return;
        _batch.CountTradeFrame();
        Interlocked.Add(ref _counters.Trades, taken);

        // Behind all trades of the message: some exchanges write the newest first.
        if (_watermarks.Advance(newest, out var watermark)) AddWatermarks(watermark);
    }

    private void AddWatermarks(Timestamp watermark)
    {
        foreach (var slot in _confirmed) _batch.AddWatermark(slot, watermark);
    }
}
