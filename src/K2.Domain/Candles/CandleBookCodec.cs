using System.Runtime.CompilerServices;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>The stored form of a candle book: magic, version, scales, state, and a checksum so that damage is never taken for state.</summary>
internal static class CandleBookCodec
{
    private const int Magic = 0x4B32_4342;
    private const byte Version = 1;

    public static byte[] Serialize(CandleBook book)
    {
        using var stream = new MemoryStream(1024);
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write((byte)book.Instrument.PriceScale);
        writer.Write((byte)book.Instrument.QuantityScale);
        writer.Write(book.Position.Version);
        writer.Write(book.Watermark?.Microseconds ?? long.MinValue);
        writer.Write(book.IdEpoch);
        writer.Write(book.HasWatermarkSinceWrite);
        writer.Write(book.Seen.Floor);
        writer.Write(book.Seen.Count);
        foreach (var run in book.Seen.Runs)
        {
            writer.Write(run.First);
            writer.Write(run.Last);
            writer.Write(run.From.Microseconds);
            writer.Write(run.Until.Microseconds);
        }

        writer.Write(book.Gaps.Count);
        foreach (var gap in book.Gaps)
        {
            writer.Write(gap.From.Microseconds);
            writer.Write(gap.Until.Microseconds);
        }

        foreach (var series in book.Series)
        {
            writer.Write(series.EvictedBefore.Microseconds);
            writer.Write(series.Slots.Count);
            foreach (var slot in series.Slots) Write(writer, slot);
        }

        writer.Flush();
        var sum = Checksum(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        writer.Write(sum);
        writer.Flush();
        return stream.ToArray();
    }

    public static CandleBook Deserialize(Instrument instrument, ReadOnlySpan<byte> state, CandleBookOptions options)
    {
        if (state.Length < sizeof(ulong) || Checksum(state[..^sizeof(ulong)]) != BitConverter.ToUInt64(state[^sizeof(ulong)..])) throw new CorruptRecordException($"the checkpoint of {instrument.Id} ({state.Length} bytes) fails its checksum");
        using var reader = new BinaryReader(new MemoryStream(state.ToArray()));
        try
        {
            return Read(instrument, options, reader);
        }
        catch (Exception damage) when (damage is EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new CorruptRecordException($"the checkpoint of {instrument.Id} cannot be read: {damage.Message}");
        }
    }

    private static CandleBook Read(Instrument instrument, CandleBookOptions options, BinaryReader reader)
    {
        if (reader.ReadInt32() != Magic) throw new CorruptRecordException($"no checkpoint of a candle book for {instrument.Id}");
        if (reader.ReadByte() is var version && version != Version) throw new CorruptRecordException($"checkpoint version {version}, this build reads {Version}");
        if ((reader.ReadByte(), reader.ReadByte()) is var scales && scales != (instrument.PriceScale, instrument.QuantityScale))
            throw new CorruptRecordException($"scales {scales.Item1}/{scales.Item2} in the checkpoint, {instrument.PriceScale}/{instrument.QuantityScale} in the instruments file for {instrument.Id}");

        var position = new LogPosition(reader.ReadInt64());
        var watermark = reader.ReadInt64();
        var idEpoch = reader.ReadUInt16();
        var hasWatermark = reader.ReadBoolean();
        var floor = reader.ReadInt64();
        var runs = new List<TradeIdInterval>();
        for (var count = reader.ReadInt32(); count > 0; count--) runs.Add(new TradeIdInterval(reader.ReadInt64(), reader.ReadInt64(), new(reader.ReadInt64()), new(reader.ReadInt64())));
        var gaps = new List<FeedGap>();
        for (var count = reader.ReadInt32(); count > 0; count--) gaps.Add(new FeedGap(new(reader.ReadInt64()), new(reader.ReadInt64())));
        var series = new CandleSeries[Timeframes.All.Count];
        for (var i = 0; i < series.Length; i++)
        {
            series[i] = new CandleSeries(Timeframes.All[i]) { EvictedBefore = new(reader.ReadInt64()) };
            for (var count = reader.ReadInt32(); count > 0; count--) series[i].Add(ReadSlot(series[i].Timeframe, reader));
        }

        return new CandleBook(instrument, options, series, gaps, new TradeIdIntervals(options.MaxIntervals, runs, floor))
        {
            Position = position,
            Watermark = watermark == long.MinValue ? null : new Timestamp(watermark),
            IdEpoch = idEpoch,
            HasWatermarkSinceWrite = hasWatermark,
        };
    }

    private static void Write(BinaryWriter writer, CandleSlot slot)
    {
        writer.Write(slot.Start.Microseconds);
        writer.Write(slot.Open.Mantissa);
        writer.Write(slot.High.Mantissa);
        writer.Write(slot.Low.Mantissa);
        writer.Write(slot.Close.Mantissa);
        Write(writer, slot.Volume);
        Write(writer, slot.QuoteVolume);
        writer.Write(slot.TradeCount);
        writer.Write(slot.OpenTime.Microseconds);
        writer.Write(slot.CloseTime.Microseconds);
        writer.Write(slot.OpenTradeId);
        writer.Write(slot.CloseTradeId);
        writer.Write(slot.Revision);
        writer.Write((byte)slot.Complete);
        writer.Write((byte)((slot.Closed ? 1 : 0) | (slot.Dirty ? 2 : 0) | (slot.Due ? 4 : 0) | (slot.Revised ? 8 : 0)));
    }

    private static CandleSlot ReadSlot(Timeframe timeframe, BinaryReader reader)
    {
        var slot = new CandleSlot(timeframe, new(reader.ReadInt64()))
        {
            Open = new(reader.ReadInt64()),
            High = new(reader.ReadInt64()),
            Low = new(reader.ReadInt64()),
            Close = new(reader.ReadInt64()),
            Volume = ReadInt128(reader),
            QuoteVolume = ReadInt128(reader),
            TradeCount = reader.ReadInt64(),
            OpenTime = new(reader.ReadInt64()),
            CloseTime = new(reader.ReadInt64()),
            OpenTradeId = reader.ReadInt64(),
            CloseTradeId = reader.ReadInt64(),
            Revision = reader.ReadInt32(),
            Complete = (Completeness)reader.ReadByte(),
        };
        var flags = reader.ReadByte();
        slot.Closed = (flags & 1) != 0;
        slot.Dirty = (flags & 2) != 0;
        slot.Due = (flags & 4) != 0;
        slot.Revised = (flags & 8) != 0;
        return slot;
    }

    private static void Write(BinaryWriter writer, Int128 value)
    {
        writer.Write((long)(value >> 64));
        writer.Write((ulong)(value & ulong.MaxValue));
    }

    private static Int128 ReadInt128(BinaryReader reader)
    {
        var upper = reader.ReadInt64();
        return ((Int128)upper << 64) | reader.ReadUInt64();
    }

    /// <summary>FNV-1a, 64 bits: damage is found, malice is not a threat to one's own checkpoint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in bytes) hash = unchecked((hash ^ b) * 1_099_511_628_211UL);
        return hash;
    }
}
