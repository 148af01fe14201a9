namespace K2.Streaming.Kafka;

/// <summary>Messages of one append next to each other: they become one entry.</summary>
internal sealed class MessageRun
{
    // What a message announces is not to be believed blindly.
    private const int MostReserved = 1024;
    private readonly int _expected;

    public MessageRun(in FetchedMessage first, int expected)
    {
        _expected = expected;
        Messages = new List<FetchedMessage>(Math.Clamp(expected, 1, MostReserved)) { first };
        Key = first.Key;
        Size = first.Size;
    }

    public List<FetchedMessage> Messages { get; }

    public byte[] Key { get; }

    /// <summary>Messages that are still to come.</summary>
    public int Missing => _expected - Messages.Count;

    public long First => Messages[0].Offset;

    public long Next => Messages[^1].Offset + 1;

    /// <summary>What the messages count against the reader's bound.</summary>
    public long Size { get; private set; }

    /// <summary>Whether a message, which announces no run of its own, is the next one of this run.</summary>
    public bool Continues(in FetchedMessage message) => message.Offset == Next && (ReferenceEquals(message.Key, Key) || message.Key.AsSpan().SequenceEqual(Key));

    public void Add(in FetchedMessage message)
    {
        Messages.Add(message);
        Size += message.Size;
    }
}
