using K2.Abstractions.Warehouse;
using K2.Domain;

namespace K2.Grains.Raw;

/// <summary>Joins small chunks of one origin: a row of the warehouse holds about a second or a MiB of frames.</summary>
internal static class RawChunks
{
    private const long MaxSpanMicroseconds = Timestamp.MicrosecondsPerSecond;

    /// <summary>Returns a chunk without the frames of some numbers.</summary>
    public static RawChunk Without(RawChunk chunk, IReadOnlySet<long> sequences)
    {
        var kept = Enumerable.Range(0, chunk.Sequences.Count).Where(index => !sequences.Contains(chunk.Sequences[index])).ToList();
        return kept.Count == chunk.Sequences.Count
            ? chunk
            : chunk with { Sequences = kept.ConvertAll(index => chunk.Sequences[index]), ReceivedTimes = kept.ConvertAll(index => chunk.ReceivedTimes[index]), Frames = kept.ConvertAll(index => chunk.Frames[index]), Positions = chunk.Positions.Count == 0 ? [] : kept.ConvertAll(index => chunk.Positions[index]) };
    }

    /// <summary>Returns the chunks with neighbours of one origin joined while they stay within the byte limit and one second.</summary>
    public static IReadOnlyList<RawChunk> Merge(IEnumerable<RawChunk> chunks, int maxBytes)
    {
        var merged = new List<RawChunk>();
        var open = new Dictionary<string, (List<long> Sequences, List<Timestamp> Times, List<ReadOnlyMemory<byte>> Frames, List<long> Positions, int Bytes)>(StringComparer.Ordinal);
        foreach (var chunk in chunks)
        {
            var bytes = chunk.Frames.Sum(frame => frame.Length);
            if (open.TryGetValue(chunk.Origin, out var rows) && rows.Bytes + bytes <= maxBytes
                && chunk.Sequences[0] > rows.Sequences[^1]
                && chunk.ReceivedTimes[^1].Microseconds - rows.Times[0].Microseconds <= MaxSpanMicroseconds)
            {
                rows.Sequences.AddRange(chunk.Sequences);
                rows.Times.AddRange(chunk.ReceivedTimes);
                rows.Frames.AddRange(chunk.Frames);
                rows.Positions.AddRange(chunk.Positions);
                open[chunk.Origin] = (rows.Sequences, rows.Times, rows.Frames, rows.Positions, rows.Bytes + bytes);
                continue;
            }

            rows = ([.. chunk.Sequences], [.. chunk.ReceivedTimes], [.. chunk.Frames], [.. chunk.Positions], bytes);
            open[chunk.Origin] = rows;
            merged.Add(chunk with { Sequences = rows.Sequences, ReceivedTimes = rows.Times, Frames = rows.Frames, Positions = rows.Positions });
        }

        return merged;
    }
}
