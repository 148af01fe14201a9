using System.Buffers.Binary;
using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace K2.Streaming.Tests.Provider;

/// <summary>Applies batches by the protocol: refuse a hole, drop what is known, make the rest durable, then return.</summary>
[GrainType("apply")]
[ImplicitStreamSubscription("trades")]
internal sealed class ApplyGrain(Effects effects) : Grain, IApplyGrain, IStreamSubscriptionObserver, IAsyncObserver<PackedBatch>
{
    private string _key = "";
    private LogPosition _position;
    private StreamSubscriptionHandle<PackedBatch>? _subscription;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = this.GetPrimaryKeyString();
        _position = effects.PositionOf(_key);
        return Task.CompletedTask;
    }

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => _subscription = await ResumeAsync(handleFactory.Create<PackedBatch>());

    public async Task OnNextAsync(PackedBatch item, StreamSequenceToken? token = null)
    {
        effects.CountDelivery();
        if (effects.Stalled.TryGetValue(_key, out var stalled)) await stalled.Task;

        // A fault, not a wait for something: calls of other keys overtake this one, and no result depends on by how much.
        if (effects.Faults.Hits(effects.Faults.Slow)) await Task.Delay(5);
        if (effects.Faults.Hits(effects.Faults.FailBefore)) throw new K2Exception("injected before", true);
        if (item.Key != _key) effects.Error($"{item.Key} came to {_key}");
        if (item.Previous > _position) await RewindAsync(item);

        var numbers = new List<long>();
        foreach (var entry in item.Entries)
        {
            for (var i = 0; i < entry.Count; i++)
            {
                if (entry.First.Plus(i) > _position) numbers.Add(BinaryPrimitives.ReadInt64LittleEndian(entry.Payload.AsSpan(i * 8)));
            }
        }

        if (numbers.Count > 0)
        {
            if (effects.Flushing is { } flushing) await flushing(_key);
            effects.Apply(_key, item.Last, numbers);
            _position = item.Last;
        }

        if (effects.Faults.Hits(effects.Faults.Deactivate)) DeactivateOnIdle();
        if (effects.Faults.Hits(effects.Faults.FailAfter)) throw new K2Exception("injected after", true);
    }

    // Also called when the silo stops between two tries: no batch is lost by it, so it is no error.
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task SetBack(long version)
    {
        _position = new LogPosition(version);
        return Task.CompletedTask;
    }

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task RewindAsync(PackedBatch batch)
    {
        effects.CountRewind();
        switch (effects.RewindWay)
        {
            case RewindWay.NewActivation:
                DeactivateOnIdle();
                break;
            case RewindWay.FreshHandle:
                var stream = this.GetStreamProvider(StreamCluster.Provider).GetStream<PackedBatch>(StreamId.Create("trades", _key));
                foreach (var handle in await stream.GetAllSubscriptionHandles()) _subscription = await ResumeAsync(handle);
                break;
            case RewindWay.KeptHandle:
                _subscription = await ResumeAsync(_subscription!);
                break;
        }

        // Always: a return would count the batch as delivered.
        throw new K2Exception($"{_key} is at {_position}, the batch follows {batch.Previous}", true);
    }

    private Task<StreamSubscriptionHandle<PackedBatch>> ResumeAsync(StreamSubscriptionHandle<PackedBatch> handle) => handle.ResumeAsync(this, new EventSequenceTokenV2(_position.Version));
}
