using CsCheck;
using K2.Domain.Log;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Log;

public sealed class RecordCodecTests
{
    private static readonly Gen<Timestamp> Times = Gen.Long.Select(microseconds => new Timestamp(microseconds));

    private static readonly Gen<LogRecord> Records = Gen.OneOf(
        Gen.Select(Gen.Long.Array[7], Gen.UShort, Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 2]).Select((numbers, epoch, side, source, kind) => LogRecord.OfTrade(new Trade
        {
            TradeId = numbers[0],
            FirstTradeId = numbers[1],
            LastTradeId = numbers[2],
            IdEpoch = epoch,
            Kind = (TradeKind)kind,
            Price = new Price(numbers[3]),
            Quantity = new Quantity(numbers[4]),
            Side = (TakerSide)side,
            Source = (TradeSource)source,
            ExchangeTime = new Timestamp(numbers[5]),
            ReceivedTime = new Timestamp(numbers[6]),
        })),
        Gen.Select(Times, Gen.Long).Select((time, id) => LogRecord.OfWatermark(time, id)),
        Gen.Select(Times, Times, Gen.Long, Gen.Long).Select((from, until, first, last) => LogRecord.OfGapOpened(from, until, first, last)),
        Gen.Select(Times, Times, Gen.Long, Gen.Long).Select((from, until, first, last) => LogRecord.OfGapClosed(from, until, first, last)),
        Gen.Select(Times, Times, Gen.Long, Gen.Long, Gen.UShort).Select((from, until, first, last, epoch) => LogRecord.OfGapOpened(from, until, first, last, epoch, GapCause.Reconnect)),
        Gen.Select(Times, Times, Gen.Long, Gen.Long, Gen.UShort).Select((from, until, first, last, epoch) => LogRecord.OfGapGivenUp(from, until, first, last, epoch, GapCause.Restart, GapReason.NotServed)),
        Gen.Select(Times, Times).Select((from, until) => LogRecord.OfRebuild(from, until)),
        Times.Select(time => LogRecord.OfRestoredTrade(Some.TradeOf(7, 1, 100, 1) with { ExchangeTime = time })),
        Times.Select(LogRecord.OfTradeIdsRestarted));

    [Fact]
    public void Read_WhatEncodeWrote_IsTheSame() =>
        Records.Array[1, 40].Sample(
            records =>
            {
                var bytes = RecordCodec.Encode(Some.Instrument, records);

                Assert.Equal(RecordCodec.HeaderSize + (records.Length * RecordCodec.RecordSize), bytes.Length);
                Assert.Equal(records.Length, RecordCodec.Count(Some.Instrument, bytes));
                Assert.Equal(records, Enumerable.Range(0, records.Length).Select(index => RecordCodec.Read(bytes, index)));
            },
            iter: 1000);

    [Fact]
    public void Encode_MostRecords_AreRead()
    {
        var records = Enumerable.Repeat(Some.Trade(5, 1), RecordCodec.MaxRecords).ToArray();

        Assert.Equal(RecordCodec.MaxRecords, RecordCodec.Count(Some.Instrument, RecordCodec.Encode(Some.Instrument, records)));
        Assert.Throws<ArgumentException>(() => RecordCodec.Encode(Some.Instrument, [.. records, records[0]]));
        Assert.Throws<ArgumentException>(() => RecordCodec.Encode(Some.Instrument, []));
    }

    [Fact]
    public void Count_AnyTruncation_IsCorrupt()
    {
        var bytes = RecordCodec.Encode(Some.Instrument, [Some.Trade(1, 1), Some.Watermark(2)]);

        for (var length = 0; length < bytes.Length; length++) Assert.Throws<CorruptRecordException>(() => RecordCodec.Count(Some.Instrument, bytes.AsSpan(0, length)));
        Assert.Throws<CorruptRecordException>(() => RecordCodec.Count(Some.Instrument, [.. bytes, 0]));
    }

    [Fact]
    public void Count_AnyOtherHeader_IsCorrupt()
    {
        for (var index = 0; index < 7; index++)
        {
            var bytes = RecordCodec.Encode(Some.Instrument, [Some.Trade(1, 1)]);
            bytes[index] ^= 0x40;
            Assert.Throws<CorruptRecordException>(() => RecordCodec.Count(Some.Instrument, bytes));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void Read_UnknownKind_IsCorrupt(byte kind)
    {
        var bytes = RecordCodec.Encode(Some.Instrument, [Some.Trade(1, 1)]);
        bytes[RecordCodec.HeaderSize] = kind;

        Assert.Throws<CorruptRecordException>(() => RecordCodec.Read(bytes, 0));
    }

    [Fact]
    public void Read_AnyDamage_IsCorruptOrARecordNeverAnotherError() =>
        Gen.Select(Gen.Int[0, 135], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                var bytes = RecordCodec.Encode(Some.Instrument, [Some.Trade(1, 1), Some.GapOpened(1, 2)]);
                foreach (var (index, value) in changes) bytes[index] = value;
                try
                {
                    for (var i = 0; i < RecordCodec.Count(Some.Instrument, bytes); i++) RecordCodec.Read(bytes, i);
                }
                catch (CorruptRecordException)
                {
                    // What was asked for.
                }
            },
            iter: 5000);
}
