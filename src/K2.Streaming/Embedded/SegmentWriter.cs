using K2.Abstractions;

namespace K2.Streaming.Embedded;

/// <summary>
/// The segment being written: appends whole groups, makes them durable, and takes a failed one back. Used by one thread.
/// </summary>
internal sealed class SegmentWriter(ILogFiles files, string folder, TimeProvider time) : IDisposable
{
    private const string TemporaryExtension = ".new";

    private ILogFile? _file;
    private bool _damaged;

    /// <summary>The segment; null before the first one was begun.</summary>
    public Segment? Current { get; private set; }

    /// <summary>Deletes what a crash left half made.</summary>
    public static void DeleteTemporaries(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + TemporaryExtension)) File.Delete(path);
    }

    /// <summary>
    /// Begins the next segment with a header and, below it, entries that belong to the same moment. The file gets its name only when all of it
    /// is durable, so a crash never leaves half of it.
    /// </summary>
    public Segment Begin(SegmentHeader header, ReadOnlySpan<byte> entries)
    {
        var path = Segment.PathOf(folder, header.Number);
        var segment = new Segment(folder, header.Number, header.CreatedMicroseconds);
        var file = files.Create(path + TemporaryExtension);
        try
        {
            var head = header.Encode();
            file.Write(head, 0);
            if (!entries.IsEmpty) file.Write(entries, head.Length);
            file.Flush();
            File.Move(path + TemporaryExtension, path);
            FolderSync.Flush(folder);
            segment.Length = head.Length + entries.Length;
        }
        catch
        {
            file.Dispose();
            TryDelete(path + TemporaryExtension);
            throw;
        }

        _file?.Dispose();
        _file = file;
        _damaged = false;
        Current = segment;
        return segment;
    }

    /// <summary>Appends bytes and makes them durable.</summary>
    /// <exception cref="K2Exception">It failed and was taken back; transient.</exception>
    public void Append(ReadOnlySpan<byte> bytes, Action written)
    {
        var segment = Current!;
        try
        {
            if (_damaged) Restore(segment);
            _file!.Write(bytes, segment.Length);
            _file.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TakeBack(segment);
            var reason = exception is IOException io && FolderLock.IsFull(io) ? "the disk is full" : exception.Message;
            throw new K2Exception($"the log cannot be written ({reason}); free space or mend the disk below {folder}, appends then go on", true, exception);
        }

        segment.Length += bytes.Length;
        segment.ClosedMicroseconds = Microseconds(time);
        written();
    }

    public void Dispose() => _file?.Dispose();

    internal static long Microseconds(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void TakeBack(Segment segment)
    {
        _damaged = true;
        try
        {
            Restore(segment);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Tried again before the next write; until then readers see only what was durable before.
        }
    }

    private void Restore(Segment segment)
    {
        _file!.SetLength(segment.Length);
        _file.Flush();
        _damaged = false;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Deleted at the next start.
        }
    }
}
