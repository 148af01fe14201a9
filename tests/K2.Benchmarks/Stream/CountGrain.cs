using K2.Abstractions.Log;
using K2.Domain.Log;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace K2.Benchmarks.Stream;

/// <summary>Decodes every record of a batch and counts; makes nothing durable.</summary>
[GrainType("bench-count")]
[ImplicitStreamSubscription(Namespace)]
internal sealed class CountGrain(Arrivals arrivals) : Grain, IGrainWithStringKey, IStreamSubscriptionObserver, IAsyncObserver<PackedBatch>
{
    public const string Namespace = "counted";

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => await handleFactory.Create<PackedBatch>().ResumeAsync(this);

    public Task OnNextAsync(PackedBatch item, StreamSequenceToken? token = null)
    {
        var now = Arrivals.Now;
        foreach (var entry in item.Entries)
        {
            for (var i = 0; i < entry.Count; i++)
            {
                var record = RecordCodec.Read(entry.Payload, i);
                if (record.Kind == RecordKind.Trade) arrivals.Take(record.Trade.ReceivedTime, now);
            }

            arrivals.Count(entry.Count);
        }

        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
