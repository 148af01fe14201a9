namespace K2.Streaming.Kafka;

/// <summary>
/// Puts the messages of a partition together as they were appended. A run that the messages of another producer interrupt becomes two entries;
/// messages behind a start in the middle of a run become an entry each.
/// </summary>
internal sealed class RunAssembler
{
    private readonly Queue<MessageRun> _complete = new();
    private MessageRun? _open;
    private byte[]? _interruptedKey;
    private int _interruptedMissing;

    /// <summary>Bytes of the messages held.</summary>
    public long Size { get; private set; }

    /// <summary>Whether an entry is complete.</summary>
    public bool HasComplete => _complete.Count > 0;

    /// <summary>Offset of an entry whose beginning is here and whose end is not; the largest number if there is none.</summary>
    public long OpenFrom => _open?.First ?? long.MaxValue;

    public void Add(in FetchedMessage message)
    {
        Size += message.Size;
        var announced = RunHeader.CountOf(message.Headers);
        if (_open is not null && announced == 0 && _open.Continues(message))
        {
            _open.Add(message);
            if (_open.Missing == 0) Close();
            return;
        }

        if (_open is not null) CloseOpen();
        _open = new MessageRun(message, announced > 0 ? announced : Expected(message));
        if (_open.Missing <= 0) Close();
    }

    /// <summary>Makes an entry of the beginning that is here; what follows becomes another one.</summary>
    public void CloseOpen()
    {
        if (_open is null) return;
        (_interruptedKey, _interruptedMissing) = (_open.Key, _open.Missing);
        Close();
    }

    /// <summary>Returns the next complete run without taking it.</summary>
    public MessageRun Peek() => _complete.Peek();

    /// <summary>Takes the next complete run.</summary>
    public void Remove() => Size -= _complete.Dequeue().Size;

    private int Expected(in FetchedMessage message)
    {
        if (_interruptedKey is null || !message.Key.AsSpan().SequenceEqual(_interruptedKey)) return 1;
        _interruptedKey = null;
        return _interruptedMissing;
    }

    private void Close()
    {
        _complete.Enqueue(_open!);
        _open = null;
    }
}
