namespace K2.Exchanges.Connections;

/// <summary>Keeps the messages that a connection sends in any second below the exchange's limit. For one sender.</summary>
internal sealed class MessageLimiter(int messagesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    // One place stays free for a pong, which the socket sends by itself and which counts.
    private readonly long[] _sent = new long[Math.Max(1, messagesPerSecond - 1)];
    private long _count;

    /// <summary>Returns when one more message may be sent.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var place = (int)(_count % _sent.Length);
        if (_count >= _sent.Length)
        {
            var wait = Window - time.GetElapsedTime(_sent[place]);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
        }

        _sent[place] = time.GetTimestamp();
        _count++;
    }
}
