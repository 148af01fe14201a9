using System.Threading.Channels;

namespace K2.Exchanges;

/// <summary>
/// Lets one caller in at a time, in the order of asking. Unlike a semaphore's, its waits go on in the caller's own context and never by way of the
/// thread pool, so that a bench with a network and a clock of its own runs the same steps in the same order each time.
/// </summary>
internal sealed class Turn
{
    private readonly Channel<bool> _free = Channel.CreateBounded<bool>(1);

    /// <summary>Makes a turn that is free.</summary>
    public Turn() => Release();

    /// <summary>Waits for the turn.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken) => await _free.Reader.ReadAsync(cancellationToken);

    /// <summary>Gives it back.</summary>
    public void Release() => _free.Writer.TryWrite(true);
}
