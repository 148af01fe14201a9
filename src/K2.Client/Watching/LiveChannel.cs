using System.Threading.Channels;
using K2.Contracts.Live;

namespace K2.Client.Watching;

/// <summary>
/// Takes a watch's events from Orleans and hands them to its reader. It holds a fixed number; when the reader is slower than the market, the oldest
/// go, which the reader sees as a jump of <see cref="LiveEvent.Sequence"/> like any other loss on the way.
/// </summary>
internal sealed class LiveChannel : ILiveObserver
{
    private readonly Channel<LiveEvent> _events;

    public LiveChannel(int capacity, Action dropped)
    {
        _events = Channel.CreateBounded<LiveEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = false }, _ => dropped());
    }

    public ChannelReader<LiveEvent> Reader => _events.Reader;

    public Task OnEvent(LiveEvent liveEvent)
    {
        _events.Writer.TryWrite(liveEvent);
        return Task.CompletedTask;
    }

    /// <summary>Ends the watch: its reader gets what is waiting and then the failure, if any.</summary>
    public void End(Exception? failure = null) => _events.Writer.TryComplete(failure);
}
