namespace K2.Streaming.Embedded;

/// <summary>A file being written; tests put one in its place that fails.</summary>
internal interface ILogFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    void Flush();

    void SetLength(long length);
}
