namespace K2.Exchanges.Connections;

/// <summary>
/// Memory that messages are received into, one behind the other, without copying them again. A block is handed out in slices and never
/// reused, so a slice may be kept by whoever got it.
/// </summary>
internal sealed class MessageBuffer(int maxMessageBytes)
{
    // Below 85,000 bytes: larger blocks would go to the large-object heap and be collected late.
    private const int BlockSize = 64 * 1024;

    private readonly byte[] _overflow = new byte[16 * 1024];
    private byte[] _block = new byte[BlockSize];
    private int _start;
    private int _kept;

    /// <summary>Length of the current message so far, also of the part that is not kept.</summary>
    public long Length { get; private set; }

    /// <summary>Returns where the next bytes of the current message go.</summary>
    public Memory<byte> Next()
    {
        if (_kept == maxMessageBytes) return _overflow;

        if (_start + _kept == _block.Length)
        {
            var block = new byte[_kept == 0 ? BlockSize : Math.Max(BlockSize, _kept * 2)];
            _block.AsSpan(_start, _kept).CopyTo(block);
            _block = block;
            _start = 0;
        }

        var free = Math.Min(_block.Length - _start - _kept, maxMessageBytes - _kept);
        return _block.AsMemory(_start + _kept, free);
    }

    /// <summary>Notes how many bytes were written to <see cref="Next"/>.</summary>
    public void Advance(int count)
    {
        if (_kept < maxMessageBytes) _kept += count;
        Length += count;
    }

    /// <summary>Ends the current message and returns what was kept of it.</summary>
    public ReadOnlyMemory<byte> TakeMessage()
    {
        var message = _block.AsMemory(_start, _kept);
        _start += _kept;
        _kept = 0;
        Length = 0;
        return message;
    }
}
