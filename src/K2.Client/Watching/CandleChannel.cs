using System.Threading.Channels;
using K2.Contracts.Symbols;

namespace K2.Client.Watching;

/// <summary>Takes what a symbol's grain tells of its candles. It may drop what it has no room for: the watch sees the jump and asks for it.</summary>
internal sealed class CandleChannel : ICandleObserver, IWatchChannel
{
    private const int Capacity = 64;

    /// <summary>Says nothing new: the watch asks the grain whether it missed anything.</summary>
    private static readonly CandleEventBatch Knock = new() { After = long.MaxValue, UpTo = long.MaxValue, Events = [], HasMore = true };

    private readonly Channel<CandleEventBatch> _told = Channel.CreateBounded<CandleEventBatch>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public ChannelReader<CandleEventBatch> Reader => _told.Reader;

    public Task OnCandles(CandleEventBatch events)
    {
        _told.Writer.TryWrite(events);
        return Task.CompletedTask;
    }

    public void AskAgain() => _told.Writer.TryWrite(Knock);

    public void End(Exception? failure = null) => _told.Writer.TryComplete(failure);
}
