using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Grains.Connectors;

/// <summary>Takes apart what a log refuses for good.</summary>
internal static class RefusedAppend
{
    /// <summary>The reason in the dead letter.</summary>
    public const string Reason = "refused-by-log";

    /// <summary>Returns an append as the smallest ones that can be made of it: one for each frame or dead letter. Trades stay together.</summary>
    public static IReadOnlyList<LogAppend> Split(LogAppend append)
    {
        if (append.RecordCount == 1 || IsTrades(append)) return [append];
        if (append.Topic == TopicNames.DeadLetters) return [.. DeadLetterCodec.Decode(append.Payload.ToArray()).Select(letter => append with { RecordCount = 1, Payload = DeadLetterCodec.Encode([letter]) })];
        var chunk = RawChunkCodec.Decode(append.Payload.ToArray());
        return [.. Enumerable.Range(0, chunk.Frames.Count).Select(i => append with
        {
            RecordCount = 1,
            Payload = RawChunkCodec.Encode(chunk with { Sequences = [chunk.Sequences[i]], ReceivedTimes = [chunk.ReceivedTimes[i]], Frames = [chunk.Frames[i]] }),
        })];
    }

    /// <summary>Returns the dead letter for one of those; a dead letter is its own.</summary>
    public static DeadLetter Letter(Exchange exchange, LogAppend append, string detail)
    {
        if (append.Topic == TopicNames.DeadLetters) return DeadLetterCodec.Decode(append.Payload.ToArray())[0];
        if (IsTrades(append)) return Letter(exchange, append.Key, 0, default, append.Payload, detail);
        var chunk = RawChunkCodec.Decode(append.Payload.ToArray());
        return Letter(exchange, chunk.Origin, chunk.Sequences[0], chunk.ReceivedTimes[0], chunk.Frames[0], detail);
    }

    private static bool IsTrades(LogAppend append) => append.Topic != TopicNames.DeadLetters && ExchangeNames.All.Any(exchange => append.Topic == TopicNames.Trades(exchange));

    private static DeadLetter Letter(Exchange exchange, string origin, long sequence, Timestamp received, ReadOnlyMemory<byte> original, string detail) => new()
    {
        Exchange = exchange,
        Origin = origin,
        Sequence = sequence,
        Reason = Reason,
        Detail = detail,
        ReceivedTime = received,
        Original = original,
        OriginalLength = original.Length,
    };
}
