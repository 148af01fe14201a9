using System.Buffers;
using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Listings;

namespace K2.Exchanges.Tests;

/// <summary>An exchange's adapter that tells when the question for a sign of life is on its way: the time for the answer counts from then.</summary>
internal sealed class AskingAdapter(IExchangeAdapter inner) : IExchangeAdapter
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the question is given to the socket.</summary>
    public Task Asked => _asked.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

    /// <summary>Whether the exchange has such a question.</summary>
    public bool Asks => !inner.ProbeMessage(1).IsEmpty;

    public Exchange Exchange => inner.Exchange;

    public Uri Endpoint => inner.Endpoint;

    public ConnectionLimits Limits => inner.Limits;

    public ITradeHistory History => inner.History;

    public ISymbolListing Listing => inner.Listing;

    public ICandleHistory Candles => inner.Candles;

    public TimeSpan MaxSilence => inner.MaxSilence;

    public IReadOnlyList<ReadOnlyMemory<byte>> OpeningMessages => inner.OpeningMessages;

    public IFrameParser CreateParser(InstrumentTable instruments) => inner.CreateParser(instruments);

    public ReadOnlyMemory<byte> SubscribeMessage(long requestId, IReadOnlyList<Instrument> instruments) => inner.SubscribeMessage(requestId, instruments);

    public ReadOnlyMemory<byte> ProbeMessage(long requestId)
    {
        var message = inner.ProbeMessage(requestId);
        return message.IsEmpty ? message : new WatchedBytes(message.ToArray(), _asked).Memory;
    }

    /// <summary>Bytes that tell when they are first read.</summary>
    private sealed class WatchedBytes(byte[] bytes, TaskCompletionSource read) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(bytes.Length);

        public override Span<byte> GetSpan()
        {
            read.TrySetResult();
            return bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
