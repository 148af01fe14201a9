using CsCheck;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Exchanges;
using K2.Grains.Raw;

namespace K2.Grains.Tests.Raw;

public sealed class RawCodecTests
{
    private static readonly Gen<RawFrame> Frames = Gen.Select(Gen.Byte.Array[0, 300], Gen.Long, Gen.Long).Select((bytes, time, sequence) => new RawFrame(bytes, new Timestamp(time), sequence));

    [Fact]
    public void RawChunk_RoundTrip_KeepsEveryFrame() => Gen.Select(Frames.List[1, 20], Gen.String[0, 50], Gen.Bool).Sample((frames, origin, isReplay) =>
    {
        var text = new string([.. origin.Where(c => !char.IsSurrogate(c))]);

        var chunk = RawChunkCodec.Decode(RawChunkCodec.Encode(Chunk(Exchange.Binance, text, isReplay, frames)));

        return chunk.Origin == text && chunk.IsReplay == isReplay && chunk.Sequences.SequenceEqual(frames.Select(f => f.Sequence))
            && chunk.ReceivedTimes.SequenceEqual(frames.Select(f => f.ReceivedTime)) && chunk.Frames.Select(f => Convert.ToHexString(f.Span)).SequenceEqual(frames.Select(f => Convert.ToHexString(f.Bytes.Span)));
    });

    [Fact]
    public void RawChunk_OfAnyBytes_IsReadOrReportedAsCorrupt() => Gen.Select(Frames.List[1, 5], Gen.Int[0, 5000], Gen.Byte).Sample((frames, at, value) =>
    {
        var bytes = RawChunkCodec.Encode(Chunk(Exchange.Kraken, "origin", false, frames));
        bytes[at % bytes.Length] = value;
        try
        {
            RawChunkCodec.Decode(bytes[..(1 + (at % bytes.Length))]);
            RawChunkCodec.Decode(bytes);
        }
        catch (CorruptRecordException)
        {
            // The only way to refuse.
        }
    });

    [Fact]
    public void DeadLetters_RoundTrip_KeepOriginalBytes()
    {
        var letter = new DeadLetter
        {
            Exchange = Exchange.Coinbase,
            Origin = "connection",
            Sequence = 7,
            Reason = "broken-json",
            Detail = "it ends early",
            ReceivedTime = new Timestamp(123),
            Original = new byte[] { 0, 255, 13, 10 },
            OriginalLength = 4,
        };

        var read = Assert.Single(DeadLetterCodec.Decode(DeadLetterCodec.Encode([letter])));

        Assert.Equal(letter with { Original = read.Original }, read);
        Assert.Equal(letter.Original.ToArray(), read.Original.ToArray());
        Assert.Throws<CorruptRecordException>(() => DeadLetterCodec.Decode([1, 2, 3]));
    }

    [Fact]
    public void Merge_JoinsNeighboursOfOneOrigin_WithinASecondAndTheByteLimit()
    {
        var chunks = Enumerable.Range(0, 30).Select(i => RawChunkCodec.Decode(RawChunkCodec.Encode(Chunk(Exchange.Binance, i % 2 == 0 ? "a" : "b", false, [new RawFrame(new byte[10], new Timestamp(i * 100_000), i)])))).ToList();

        var merged = RawChunks.Merge(chunks, 1000);

        Assert.Equal(30, merged.Sum(chunk => chunk.Frames.Count));
        Assert.All(merged, chunk => Assert.True(chunk.ReceivedTimes[^1].Microseconds - chunk.ReceivedTimes[0].Microseconds <= Timestamp.MicrosecondsPerSecond));
        Assert.InRange(merged.Count, 4, 10);
    }

    private static RawChunk Chunk(Exchange exchange, string origin, bool isReplay, List<RawFrame> frames) => new()
    {
        Exchange = exchange,
        Origin = origin,
        IsReplay = isReplay,
        Sequences = frames.ConvertAll(frame => frame.Sequence),
        ReceivedTimes = frames.ConvertAll(frame => frame.ReceivedTime),
        Frames = frames.ConvertAll(frame => frame.Bytes),
    };
}
