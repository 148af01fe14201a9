namespace K2.Streaming.Embedded;

/// <summary>What scanning a segment file found.</summary>
/// <param name="Header">Its header, or null if that is not readable.</param>
/// <param name="Frames">The whole entries with their places.</param>
/// <param name="GoodLength">Bytes up to the end of the last whole entry.</param>
/// <param name="FileLength">Bytes of the file.</param>
/// <param name="SkippedBytes">Damaged bytes in front of a whole entry.</param>
internal sealed record SegmentScan(SegmentHeader? Header, List<(FrameHeader Frame, long Start)> Frames, long GoodLength, long FileLength, long SkippedBytes)
{
    /// <summary>Bytes behind the last whole entry.</summary>
    public long TornBytes => FileLength - GoodLength;

    /// <summary>Reads a file whole into a buffer that is made larger where needed and used again for the next file.</summary>
    public static SegmentScan Read(string path, ref byte[] buffer)
    {
        int length;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        {
            length = checked((int)file.Length);
            if (buffer.Length < length) buffer = new byte[length];
            file.ReadExactly(buffer, 0, length);
        }

        return Scan(buffer.AsSpan(0, length));
    }

    private static SegmentScan Scan(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<(FrameHeader, long)>();
        var headerLength = SegmentHeader.TryDecode(bytes, out var header);
        var at = headerLength;
        var good = headerLength;
        var skipped = 0L;
        while (at < bytes.Length)
        {
            if (IsWhole(bytes, at, out var frame))
            {
                skipped += at - good;
                frames.Add((frame, at));
                at += frame.FrameLength;
                good = at;
            }
            else
            {
                at = FindMarker(bytes, at + 1);
            }
        }

        return new SegmentScan(header, frames, good, bytes.Length, skipped);
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes, int at, out FrameHeader frame)
    {
        if (!FrameHeader.TryRead(bytes[at..], out frame)) return false;
        if (bytes.Length - at < frame.FrameLength) return false;
        return FrameHeader.HashBody(bytes.Slice(at + FrameHeader.Size, frame.BodyLength)) == frame.BodyHash;
    }

    private static int FindMarker(ReadOnlySpan<byte> bytes, int from)
    {
        var found = from < bytes.Length ? bytes[from..].IndexOf("K2R1"u8) : -1;
        return found < 0 ? bytes.Length : from + found;
    }
}
