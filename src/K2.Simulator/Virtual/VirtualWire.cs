using System.Threading.Channels;

namespace K2.Simulator.Virtual;

/// <summary>One direction of a connection: what is sent arrives in order, after a while; what is under way when it is cut is lost.</summary>
#pragma warning disable CA1001 // A source without a timer holds nothing to free, and whoever receives may look at it after the end.
internal sealed class VirtualWire<T>(TimeProvider time, Func<TimeSpan> latency)
#pragma warning restore CA1001
{
    private const int Capacity = 1024;
    private readonly Channel<(long Due, T Item)> _way = Channel.CreateBounded<(long, T)>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource _cut = new();

    /// <summary>Sends; waits while too much is under way.</summary>
    /// <exception cref="IOException">The connection was cut.</exception>
    public async ValueTask SendAsync(T item, CancellationToken cancellationToken)
    {
        try
        {
            await _way.Writer.WriteAsync((time.GetTimestamp() + (long)(latency().TotalSeconds * time.TimestampFrequency), item), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw Lost();
        }
    }

    /// <summary>Waits for what comes next.</summary>
    /// <exception cref="IOException">The connection was cut.</exception>
    public async ValueTask<T> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cut.Token, cancellationToken);
        try
        {
            var (due, item) = await _way.Reader.ReadAsync(either.Token);
            var wait = time.GetElapsedTime(time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, either.Token);
            return item;
        }
        catch (Exception e) when (e is ChannelClosedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Lost();
        }
    }

    /// <summary>Cuts the wire.</summary>
    public void Cut()
    {
        _way.Writer.TryComplete();
        _cut.Cancel();
    }

    private static IOException Lost() => new("the connection was cut");
}
