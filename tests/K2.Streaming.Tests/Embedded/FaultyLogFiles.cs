using K2.Streaming.Embedded;

namespace K2.Streaming.Tests.Embedded;

/// <summary>A disk that can become full in the middle of a write, or fail to sync.</summary>
internal sealed class FaultyLogFiles : ILogFiles
{
    private const int NoSpaceLeft = 28;

    /// <summary>Bytes that can still be written; a write that needs more is done in part and fails.</summary>
    public long Room { get; set; } = long.MaxValue;

    public bool FailSync { get; set; }

    public bool FailTruncate { get; set; }

    public ILogFile Create(string path)
    {
        if (Room <= 0) throw new IOException("No space left on device", NoSpaceLeft);
        return new FaultyFile(this, LogFiles.Instance.Create(path));
    }

    private sealed class FaultyFile(FaultyLogFiles disk, ILogFile file) : ILogFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var fits = (int)Math.Min(bytes.Length, disk.Room);
            file.Write(bytes[..fits], offset);
            disk.Room -= fits;
            if (fits < bytes.Length) throw new IOException("No space left on device", NoSpaceLeft);
        }

        public void Flush()
        {
            if (disk.FailSync) throw new IOException("Input/output error");
            file.Flush();
        }

        public void SetLength(long length)
        {
            if (disk.FailTruncate) throw new IOException("Input/output error");
            file.SetLength(length);
        }

        public void Dispose() => file.Dispose();
    }
}
