using System.Buffers.Text;

namespace K2.Simulator.Binance;

/// <summary>
/// Writes the frames of a capture's second, third … copy: ids go on without a hole behind those of the copy before, times lie later by whole
/// minutes, so that every copy fills one-minute windows as the first one does.
/// </summary>
internal sealed class BinanceFrameShift
{
    private const long MillisecondsPerMinute = 60_000;
    private const long FirstMicrosecondTime = 100_000_000_000_000;

    private readonly Dictionary<byte[], Span> _trades = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], Span> _aggregates = new(Utf8Comparer.Instance);
    private readonly Span _times = new();

    /// <summary>Distance between two copies in milliseconds.</summary>
    public long TimeShiftMs { get; private set; } = MillisecondsPerMinute;

    /// <summary>Takes note of a frame of the first copy.</summary>
    public void Observe(ReadOnlySpan<byte> frame, long receivedNs)
    {
        _times.Add(receivedNs / 1_000_000);
        var kind = KindOf(frame, out var symbol);
        if (kind is BinanceEventKind.Trade or BinanceEventKind.AggregateTrade)
        {
            var fields = new BinanceNumberFields(frame);
            while (fields.MoveNext())
            {
                if (fields.Key is (byte)'T' or (byte)'E') _times.Add(fields.Value >= FirstMicrosecondTime ? fields.Value / 1000 : fields.Value);
                else if (IsTradeId(kind, fields.Key)) Get(_trades, symbol).Add(fields.Value);
                else if (IsAggregateId(kind, fields.Key)) Get(_aggregates, symbol).Add(fields.Value);
            }
        }

        TimeShiftMs = ((_times.Length / MillisecondsPerMinute) + 1) * MillisecondsPerMinute;
    }

    /// <summary>Writes a frame of a later copy.</summary>
    /// <param name="frame">The frame of the first copy.</param>
    /// <param name="copy">0 for the first copy, which stays as it is.</param>
    /// <param name="target">Room for the frame and 32 bytes more.</param>
    /// <returns>Bytes written.</returns>
    public int Write(ReadOnlySpan<byte> frame, int copy, Span<byte> target)
    {
        var kind = copy == 0 ? BinanceEventKind.Other : KindOf(frame, out _);
        if (kind == BinanceEventKind.Other)
        {
            frame.CopyTo(target);
            return frame.Length;
        }

        KindOf(frame, out var symbol);
        int read = 0, written = 0;
        var fields = new BinanceNumberFields(frame);
        while (fields.MoveNext())
        {
            var shift = copy * ShiftOf(kind, symbol, fields.Key, fields.Value);
            if (shift == 0) continue;

            frame[read..fields.Start].CopyTo(target[written..]);
            written += fields.Start - read;
            Utf8Formatter.TryFormat(fields.Value + shift, target[written..], out var digits);
            written += digits;
            read = fields.End;
        }

        frame[read..].CopyTo(target[written..]);
        return written + frame.Length - read;
    }

    private long ShiftOf(BinanceEventKind kind, ReadOnlySpan<byte> symbol, byte key, long value)
    {
        if (key is (byte)'E' or (byte)'T' || (kind == BinanceEventKind.Kline && key == 't'))
            return value >= FirstMicrosecondTime ? TimeShiftMs * 1000 : TimeShiftMs;
        if (IsTradeId(kind, key)) return Get(_trades, symbol).Length;
        return IsAggregateId(kind, key) ? Get(_aggregates, symbol).Length : 0;
    }

    private static bool IsTradeId(BinanceEventKind kind, byte key) => kind switch
    {
        BinanceEventKind.Trade => key == 't',
        BinanceEventKind.AggregateTrade => key is (byte)'f' or (byte)'l',
        BinanceEventKind.Kline => key is (byte)'f' or (byte)'L',
        _ => false,
    };

    private static bool IsAggregateId(BinanceEventKind kind, byte key) => kind == BinanceEventKind.AggregateTrade && key == 'a';

    private static BinanceEventKind KindOf(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> symbol)
    {
        symbol = default;
        if (!BinanceStreamName.TryField(frame, "\"e\":\""u8, out var type) || !BinanceStreamName.TryField(frame, "\"s\":\""u8, out symbol)) return BinanceEventKind.Other;
        if (type.SequenceEqual("trade"u8)) return BinanceEventKind.Trade;
        if (type.SequenceEqual("aggTrade"u8)) return BinanceEventKind.AggregateTrade;
        return type.SequenceEqual("kline"u8) ? BinanceEventKind.Kline : BinanceEventKind.Other;
    }

    private static Span Get(Dictionary<byte[], Span> spans, ReadOnlySpan<byte> symbol)
    {
        var lookup = spans.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(symbol, out var span)) lookup[symbol] = span = new Span();
        return span;
    }

    /// <summary>The values seen: from the smallest to the largest.</summary>
    private sealed class Span
    {
        private long _min = long.MaxValue;
        private long _max = long.MinValue;

        public long Length => _max < _min ? 0 : _max - _min + 1;

        public void Add(long value)
        {
            _min = Math.Min(_min, value);
            _max = Math.Max(_max, value);
        }
    }
}
