using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Exchanges.Connections;

/// <summary>Gathers messages and records until they are handed over. Not thread-safe.</summary>
internal sealed class BatchBuilder(Exchange exchange, bool isReplay, IReadOnlyList<Instrument> slots)
{
    private const int FirstCapacity = 32;

    private readonly List<LogRecord>?[] _bySlot = new List<LogRecord>?[slots.Count];
    private List<InstrumentRecords> _records = [];
    private List<RawFrame> _frames = [];
    private List<RejectedFrame> _rejected = [];
    private int _tradeFrames;

    /// <summary>The origin of everything in the batch, or empty.</summary>
    public string Origin { get; private set; } = "";

    /// <summary>Whether nothing is to be handed over.</summary>
    public bool IsEmpty => _frames.Count == 0 && _records.Count == 0 && _rejected.Count == 0;

    /// <summary>Messages so far.</summary>
    public int Frames => _frames.Count;

    /// <summary>Bytes of the messages so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Trades so far.</summary>
    public int Trades { get; private set; }

    /// <summary>Sets the origin of what follows; the batch must be empty if it changes.</summary>
    public void SetOrigin(string origin) => Origin = origin;

    public void AddFrame(ReadOnlyMemory<byte> bytes, Timestamp received, long sequence)
    {
        _frames.Add(new RawFrame(bytes, received, sequence));
        Bytes += bytes.Length;
    }

    public void AddRejected(RejectedFrame frame) => _rejected.Add(frame);

    public void AddTrade(in ParsedTrade trade)
    {
        Add(trade.Slot, LogRecord.OfTrade(trade.Trade));
        Trades++;
    }

    public void CountTradeFrame() => _tradeFrames++;

    public void AddWatermark(int slot, Timestamp watermark) => Add(slot, LogRecord.OfWatermark(watermark));

    /// <summary>Returns everything so far and starts an empty batch.</summary>
    public FrameBatch Take()
    {
        var batch = new FrameBatch
        {
            Exchange = exchange,
            Origin = Origin,
            IsReplay = isReplay,
            Frames = _frames,
            Records = _records,
            Rejected = _rejected,
            TradeFrames = _tradeFrames,
            Trades = Trades,
        };
        _frames = new List<RawFrame>(_frames.Count);
        _records = new List<InstrumentRecords>(_records.Count);
        _rejected = [];
        Array.Clear(_bySlot);
        Bytes = 0;
        Trades = 0;
        _tradeFrames = 0;
        return batch;
    }

    private void Add(int slot, in LogRecord record)
    {
        var records = _bySlot[slot];
        if (records is null)
        {
            records = _bySlot[slot] = new List<LogRecord>(FirstCapacity);
            _records.Add(new InstrumentRecords(slots[slot], records));
        }

        records.Add(record);
    }
}
