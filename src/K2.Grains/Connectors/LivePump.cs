using System.Collections.Concurrent;
using System.Threading.Channels;
using K2.Contracts.Live;

namespace K2.Grains.Connectors;

/// <summary>
/// Passes durable records on to the live grains: one call under way per symbol, a few batches waiting, what is more is left out. The live
/// view notices that by the trade ids and catches up from the warehouse; the durable path is not touched by it.
/// </summary>
internal sealed class LivePump(IGrainFactory grains) : IAsyncDisposable
{
    private const int WaitingBatches = 64;
    private readonly ConcurrentDictionary<string, (Channel<ReadOnlyMemory<byte>> Waiting, Task Running)> _symbols = new(StringComparer.Ordinal);

    /// <summary>Offers a packed batch; never waits.</summary>
    public void Offer(string key, ReadOnlyMemory<byte> payload)
    {
        if (!_symbols.TryGetValue(key, out var symbol))
        {
            var waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(WaitingBatches) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropWrite });
            _symbols[key] = symbol = (waiting, Task.Run(() => PumpAsync(grains.GetGrain<ILiveGrain>(key), waiting.Reader)));
        }

        symbol.Waiting.Writer.TryWrite(payload);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var symbol in _symbols.Values) symbol.Waiting.Writer.TryComplete();
        foreach (var symbol in _symbols.Values) await symbol.Running;
    }

    private static async Task PumpAsync(ILiveGrain grain, ChannelReader<ReadOnlyMemory<byte>> waiting)
    {
        await foreach (var payload in waiting.ReadAllAsync())
        {
            try
            {
                await grain.Accept(payload.ToArray());
            }
            catch (Exception)
            {
                // The live view is not durable: what a failed call carried is seen as a hole and read from the warehouse. Whatever went wrong
                // there must not reach the connector.
            }
        }
    }
}
