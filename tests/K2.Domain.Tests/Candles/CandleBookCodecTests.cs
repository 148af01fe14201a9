using CsCheck;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookCodecTests
{
    private static readonly byte[] State = new BookDriver()
        .Batch(Some.Trade(1, 10), Some.Trade(2, 70), Some.Trade(5, 4000, 3, 9), Some.Watermark(4001), Some.GapOpened(80, 90), Some.Restart(4002), Some.Trade(1, 4003, epoch: 1)).Book.Serialize();

    [Fact]
    public void Deserialize_AnyBook_IsTheSameBook() =>
        Feeds.Logs(maxRestarts: 2).Sample(
            log =>
            {
                var book = new CandleBook(Some.Instrument, Some.KeepAll);
                var changes = new BookChanges();
                for (var i = 0; i < log.Count; i++) book.Apply(LogPosition.Create(1, i), log[i], changes);

                book.TakeChanges(changes);
                var read = CandleBook.Deserialize(Some.Instrument, book.Serialize(), Some.KeepAll);

                Assert.Equal(book.Candles(), read.Candles());
                Assert.Equal((book.Position, book.Watermark, book.IdEpoch, book.Seen.Floor), (read.Position, read.Watermark, read.IdEpoch, read.Seen.Floor));
                Assert.Equal(book.Seen.Runs, read.Seen.Runs);
                Assert.Equal(book.Serialize(), read.Serialize());
            },
            iter: 300);

    [Fact]
    public void Deserialize_ExtremeValues_AreKept()
    {
        var book = new CandleBook(Some.Instrument with { PriceScale = 0, QuantityScale = 0 }, Some.KeepAll);
        var changes = new BookChanges();
        book.Apply(LogPosition.Create(LogPosition.MaxEpoch, 0), Some.Trade(long.MaxValue, 10, long.MaxValue, long.MaxValue), changes);
        book.Apply(LogPosition.Create(LogPosition.MaxEpoch, 1), Some.Trade(long.MinValue, 11, long.MaxValue, long.MaxValue), changes);
        book.Apply(LogPosition.Create(LogPosition.MaxEpoch, 2), Some.Trade(-1, -10_000_000_000, -5, 1, epoch: ushort.MaxValue), changes);
        book.Apply(LogPosition.Create(LogPosition.MaxEpoch, LogPosition.MaxOffset), Some.Watermark(-5), changes);
        book.TakeChanges(changes);

        var read = CandleBook.Deserialize(book.Instrument, book.Serialize(), Some.KeepAll);

        Assert.Equal(book.Candles(), read.Candles());
        Assert.Equal(book.Position, read.Position);
        Assert.Equal(book.Serialize(), read.Serialize());
    }

    [Fact]
    public void Serialize_EmptyBook_IsRead()
    {
        var read = CandleBook.Deserialize(Some.Instrument, new CandleBook(Some.Instrument, Some.KeepAll).Serialize(), Some.KeepAll);

        Assert.Equal((LogPosition.None, null, 0), (read.Position, read.Watermark, read.Seen.Count));
        Assert.Empty(read.Candles());
    }

    [Fact]
    public void Serialize_OrdinaryBook_IsSmall() => Assert.InRange(State.Length, 100, 900);

    [Fact]
    public void Deserialize_EveryTruncation_IsCorrupt()
    {
        for (var length = 0; length < State.Length; length++)
        {
            var cut = State[..length];
            Assert.Throws<CorruptRecordException>(() => CandleBook.Deserialize(Some.Instrument, cut, Some.KeepAll));
        }
    }

    [Fact]
    public void Deserialize_AnyChangedByte_IsCorrupt() =>
        Gen.Select(Gen.Int[0, State.Length - 1], Gen.Byte[1, 255]).Sample(
            (index, change) =>
            {
                var damaged = State.ToArray();
                damaged[index] ^= change;
                Assert.Throws<CorruptRecordException>(() => CandleBook.Deserialize(Some.Instrument, damaged, Some.KeepAll));
            },
            iter: 5000);

    [Fact]
    public void Deserialize_DamageUnderAValidChecksum_IsCorruptOrReadNeverAnotherError() =>
        Gen.Select(Gen.Select(Gen.Int[4, State.Length - 9], Gen.Byte).Array[1, 6], Gen.Int[-3, 3]).Sample(
            (changes, growth) =>
            {
                var body = State[..^8].ToList();
                foreach (var (index, value) in changes) body[index] = value;
                if (growth > 0) body.AddRange(new byte[growth]);
                if (growth < 0) body.RemoveRange(body.Count + growth, -growth);
                byte[] damaged = [.. body, .. BitConverter.GetBytes(CandleBookCodec.Checksum([.. body]))];
                try
                {
                    var read = CandleBook.Deserialize(Some.Instrument, damaged, Some.KeepAll);
                    Assert.Equal(read.Candles(), CandleBook.Deserialize(Some.Instrument, read.Serialize(), Some.KeepAll).Candles());
                }
                catch (CorruptRecordException)
                {
                    // What was asked for.
                }
            },
            iter: 15_000);

    [Fact]
    public void Deserialize_RandomBytes_AreCorrupt() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.Throws<CorruptRecordException>(() => CandleBook.Deserialize(Some.Instrument, bytes, Some.KeepAll)), iter: 2000);

    [Fact]
    public void Deserialize_OtherScales_IsCorruptAndNamesBoth()
    {
        var other = Some.Instrument with { PriceScale = 4 };

        var error = Assert.Throws<CorruptRecordException>(() => CandleBook.Deserialize(other, State, Some.KeepAll));

        Assert.Contains("2/3", error.Message, StringComparison.Ordinal);
        Assert.Contains("4/3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_OtherVersion_IsCorruptAndNamesIt()
    {
        var body = State[..^8];
        body[4] = 1;

        var error = Assert.Throws<CorruptRecordException>(() => CandleBook.Deserialize(Some.Instrument, [.. body, .. BitConverter.GetBytes(CandleBookCodec.Checksum(body))], Some.KeepAll));

        Assert.Contains("version 1", error.Message, StringComparison.Ordinal);
    }
}
