using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// The stored form of a candle book: magic, version, scales, state, and a checksum so that damage is never taken for state. Times and ids are
/// written as distances from their neighbours; a quiet book takes some hundred bytes.
/// </summary>
internal static class CandleBookCodec
{
    private const byte Version = 4;

    // Gaps without ids. It is still written where there are no gaps, so that the version before can read the state.
    private const byte PlainGaps = 3;

    private static ReadOnlySpan<byte> Magic => "K2CB"u8;

    public static byte[] Serialize(CandleBook book)
    {
        var writer = new StateWriter();
        foreach (var letter in Magic) writer.Byte(letter);
        writer.Byte(book.Gaps.Count == 0 ? PlainGaps : Version);
        writer.Byte((byte)book.Instrument.PriceScale);
        writer.Byte((byte)book.Instrument.QuantityScale);
        writer.Unsigned((ulong)book.Position.Version);
        Write(writer, book.Watermark);
        Write(writer, book.EvictedUntil);
        Write(writer, book.SeenTrades);

        writer.Count(book.Gaps.Count);
        foreach (var gap in book.Gaps)
        {
            writer.Signed(gap.From.Microseconds);
            writer.Delta(gap.Until.Microseconds, gap.From.Microseconds);
            writer.Signed(gap.FirstId);
            writer.Signed(gap.LastId);
            writer.Unsigned(gap.IdEpoch);
            writer.Byte((byte)gap.Cause);
            writer.Byte((byte)gap.Reason);
        }

        foreach (var series in book.Series)
        {
            writer.Count(series.Slots.Count);
            foreach (var slot in series.Slots) SlotCodec.Write(writer, slot, book.Watermarks);
        }

        writer.UInt64(Checksum(writer.Written));
        return writer.Written.ToArray();
    }

    public static CandleBook Deserialize(Instrument instrument, ReadOnlySpan<byte> state, CandleBookOptions options)
    {
        if (state.Length < Magic.Length + sizeof(ulong) || !state.StartsWith(Magic)) throw new CorruptRecordException($"{state.Length} bytes, no checkpoint of a candle book for {instrument.Id}");
        if (Checksum(state[..^sizeof(ulong)]) != new StateReader(state[^sizeof(ulong)..]).UInt64()) throw new CorruptRecordException($"the checkpoint of {instrument.Id} ({state.Length} bytes) fails its checksum");
        try
        {
            return Read(instrument, options, new StateReader(state[Magic.Length..^sizeof(ulong)]));
        }
        catch (OverflowException damage)
        {
            throw new CorruptRecordException($"the checkpoint of {instrument.Id} holds a number out of range: {damage.Message}");
        }
    }

    /// <summary>FNV-1a, 64 bits: damage is found, malice is not a threat to one's own checkpoint.</summary>
    internal static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in bytes) hash = unchecked((hash ^ b) * 1_099_511_628_211UL);
        return hash;
    }

    private static CandleBook Read(Instrument instrument, CandleBookOptions options, StateReader reader)
    {
        var version = reader.Byte();
        if (version is not (Version or PlainGaps)) throw new CorruptRecordException($"checkpoint version {version}, this build reads {Version}");
        if ((reader.Byte(), reader.Byte()) is var scales && scales != (instrument.PriceScale, instrument.QuantityScale))
            throw new CorruptRecordException($"scales {scales.Item1}/{scales.Item2} in the checkpoint, {instrument.PriceScale}/{instrument.QuantityScale} in the instruments file for {instrument.Id}");

        var position = new LogPosition(checked((long)reader.Unsigned()));
        var watermark = ReadTime(ref reader);
        var evictedUntil = ReadTime(ref reader);
        var seen = ReadSeen(ref reader);
        var gaps = new List<FeedGap>();
        for (var count = reader.Count(); count > 0; count--)
        {
            var from = reader.Signed();
            var until = reader.Delta(from);
            gaps.Add(version == PlainGaps
                ? new FeedGap(new(from), new(until))
                : new FeedGap(new(from), new(until), reader.Signed(), reader.Signed(), checked((ushort)reader.Unsigned()), (GapCause)reader.Byte(), (GapReason)reader.Byte()));
        }

        var series = new CandleSeries[Timeframes.All.Count];
        for (var i = 0; i < series.Length; i++)
        {
            series[i] = new CandleSeries(Timeframes.All[i]);
            for (var count = reader.Count(); count > 0; count--)
            {
                if (!series[i].TryAppend(SlotCodec.Read(ref reader, Timeframes.All[i]))) throw new CorruptRecordException("windows out of order");
            }
        }

        if (!reader.IsAtEnd) throw new CorruptRecordException($"bytes behind the checkpoint of {instrument.Id}");
        return new CandleBook(instrument, options, new BookWindows(series) { EvictedUntil = evictedUntil }, new BookGaps(gaps), seen)
        {
            Position = position,
            Watermark = watermark,
            Watermarks = SlotCodec.WatermarksWhenRead,
        };
    }

    private static void Write(StateWriter writer, Timestamp? time)
    {
        writer.Byte(time is null ? (byte)0 : (byte)1);
        if (time is { } value) writer.Signed(value.Microseconds);
    }

    private static Timestamp? ReadTime(ref StateReader reader) => reader.Byte() switch
    {
        0 => null,
        1 => new Timestamp(reader.Signed()),
        var flag => throw new CorruptRecordException($"{flag} where a flag stands"),
    };

    private static void Write(StateWriter writer, SeenTrades seen)
    {
        writer.Count(seen.Epochs.Count);
        foreach (var (epoch, ids) in seen.Epochs)
        {
            writer.Unsigned(epoch);
            writer.Signed(ids.Floor);
            writer.Count(ids.Count);
            TradeIdInterval previous = default;
            foreach (var run in ids.Runs)
            {
                writer.Delta(run.First, previous.Last);
                writer.Delta(run.Last, run.First);
                writer.Delta(run.From.Microseconds, previous.Until.Microseconds);
                writer.Delta(run.Until.Microseconds, run.From.Microseconds);
                previous = run;
            }
        }
    }

    private static SeenTrades ReadSeen(ref StateReader reader)
    {
        var epochs = new List<IdEpochSet>();
        for (var count = reader.Count(); count > 0; count--)
        {
            var epoch = checked((ushort)reader.Unsigned());
            if (epochs.Count > 0 && epoch <= epochs[^1].Epoch) throw new CorruptRecordException("id epochs out of order");

            var floor = reader.Signed();
            var runs = new List<TradeIdInterval>();
            TradeIdInterval previous = default;
            for (var n = reader.Count(); n > 0; n--)
            {
                var first = reader.Delta(previous.Last);
                var last = reader.Delta(first);
                var from = reader.Delta(previous.Until.Microseconds);
                var run = new TradeIdInterval(first, last, new(from), new(reader.Delta(from)));
                if (run.Last < run.First || run.Until < run.From || run.First < floor || (runs.Count > 0 && (run.First <= previous.Last || run.First - 1 == previous.Last)))
                    throw new CorruptRecordException("runs of ids out of order");
                runs.Add(run);
                previous = run;
            }

            epochs.Add(new IdEpochSet(epoch, new TradeIdIntervals(runs, floor)));
        }

        return epochs.Count > 0 ? new SeenTrades(epochs) : throw new CorruptRecordException("no id epoch");
    }
}
