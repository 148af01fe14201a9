using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>The stored form of one window: prices as distances from the open, times as distances from the start, flags in one byte.</summary>
internal static class SlotCodec
{
    /// <summary>What a read book counts as watermark records, so that a slot can be dirty since before the last of them.</summary>
    public const long WatermarksWhenRead = 1;

    private const byte ClosedFlag = 4;
    private const byte RevisedFlag = 8;
    private const byte DirtyFlag = 16;
    private const byte DueFlag = 32;
    private const byte CompletenessBits = 3;

    public static void Write(StateWriter writer, CandleSlot slot, long watermarks)
    {
        var start = slot.Start.Microseconds;
        var flags = (byte)slot.Complete | (slot.Closed ? ClosedFlag : 0) | (slot.Revised ? RevisedFlag : 0);
        if (slot.DirtySince != CandleSlot.Clean) flags |= DirtyFlag | (watermarks > slot.DirtySince ? DueFlag : 0);
        writer.Byte((byte)flags);
        writer.Signed(start / slot.Timeframe.LengthMicroseconds());
        writer.Signed(slot.Open.Mantissa);
        writer.Delta(slot.High.Mantissa, slot.Open.Mantissa);
        writer.Delta(slot.Low.Mantissa, slot.Open.Mantissa);
        writer.Delta(slot.Close.Mantissa, slot.Open.Mantissa);
        writer.Signed(slot.Volume);
        writer.Signed(slot.QuoteVolume);
        writer.Signed(slot.TradeCount);
        writer.Delta(slot.OpenTime.Microseconds, start);
        writer.Delta(slot.CloseTime.Microseconds, start);
        writer.Signed(slot.OpenTradeId);
        writer.Delta(slot.CloseTradeId, slot.OpenTradeId);
        writer.Count(slot.Revision);
    }

    public static CandleSlot Read(ref StateReader reader, Timeframe timeframe)
    {
        var flags = reader.Byte();
        var complete = (Completeness)(flags & CompletenessBits);
        if (flags >= DueFlag * 2 || complete > Completeness.Yes || (flags & (DirtyFlag | DueFlag)) == DueFlag) throw new CorruptRecordException($"flags {flags} of a window");

        var slot = new CandleSlot(timeframe, new(checked(reader.Signed() * timeframe.LengthMicroseconds())));
        slot.Load(ref reader);
        if (slot.TradeCount < 1 || slot.OpenTime < slot.Start || slot.CloseTime >= slot.End || slot.OpenTime > slot.CloseTime) throw new CorruptRecordException($"a window of {slot.TradeCount} trades that does not hold its own");
        slot.Complete = complete;
        slot.Closed = (flags & ClosedFlag) != 0;
        slot.Revised = (flags & RevisedFlag) != 0;
        slot.DirtySince = (flags & DirtyFlag) == 0 ? CandleSlot.Clean : (flags & DueFlag) != 0 ? WatermarksWhenRead - 1 : WatermarksWhenRead;
        return slot;
    }
}
