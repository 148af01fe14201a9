namespace K2.Simulator;

/// <summary>Some consecutive frames in one piece of memory. Filled by one writer, then only read.</summary>
public sealed class FrameBlock
{
    /// <summary>Bytes after which a block is passed on; a longer frame makes a longer block.</summary>
    public const int FullSize = 64 * 1024;

    private readonly List<FrameEntry> _entries = new(FullSize / 256);
    private byte[] _bytes = new byte[FullSize];
    private int _used;

    /// <summary>The frames.</summary>
    public IReadOnlyList<FrameEntry> Entries => _entries;

    /// <summary>Whether the block should be passed on.</summary>
    public bool IsFull => _used > FullSize - 1024;

    /// <summary>Returns a frame's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes(in FrameEntry entry) => _bytes.AsMemory(entry.Offset, entry.Length);

    /// <summary>Returns room for a frame of at most so many bytes. Only the last call counts.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_bytes.Length - _used < length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
        return _bytes.AsSpan(_used);
    }

    /// <summary>Adds the frame that was written to the start of the reserved room.</summary>
    public void Commit(int length, long line, long receivedNs)
    {
        _entries.Add(new FrameEntry(_used, length, line, receivedNs));
        _used += length;
    }
}
