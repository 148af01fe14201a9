using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace K2.Simulator.Captures;

/// <summary>
/// The frames of a capture file, plain or gzip. Reads through one buffer, so that memory does not depend on the file's size, only on its
/// longest line.
/// </summary>
internal sealed class CaptureFileSource(string path) : IFrameSource
{
    private const int FirstBufferSize = 256 * 1024;
    private const int MaxLineBytes = 64 * 1024 * 1024;

    /// <inheritdoc/>
    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>The file's path.</summary>
    public string Path => path;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = Open();
        await using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        var buffer = new byte[FirstBufferSize];
        int start = 0, end = 0;
        long line = 0;
        var block = new FrameBlock();
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length < 0)
            {
                if (start > 0)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    end -= start;
                    start = 0;
                }

                if (end == buffer.Length)
                {
                    if (end >= MaxLineBytes) throw Wrong(line + 1, $"the line is longer than {MaxLineBytes} bytes");
                    Array.Resize(ref buffer, end * 2);
                }

                var read = await FillAsync(stream, buffer.AsMemory(end), line, cancellationToken);
                end += read;
                if (read > 0) continue;
                if (end == 0) break;
                length = end;
            }

            line++;
            Read(buffer.AsSpan(start, length), line, block);
            start = Math.Min(start + length + 1, end);
            if (!block.IsFull) continue;

            yield return block;
            block = new FrameBlock();
        }

        if (block.Entries.Count > 0) yield return block;
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"capture {path} does not exist", path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"capture {path} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private async ValueTask<int> FillAsync(Stream stream, Memory<byte> target, long line, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(target, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Wrong(line + 1, e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private void Read(ReadOnlySpan<byte> text, long line, FrameBlock block)
    {
        if (line == 1 && text.StartsWith("\uFEFF"u8)) text = text[3..];
        if (text.EndsWith("\r"u8)) text = text[..^1];
        if (text.IsEmpty) return;

        try
        {
            CaptureLine.Read(text, line, block);
        }
        catch (FormatException e)
        {
            throw Wrong(line, e.Message, e);
        }
    }

    private InvalidDataException Wrong(long line, string problem, Exception? inner = null) => new($"capture {path} line {line}: {problem}", inner);
}
