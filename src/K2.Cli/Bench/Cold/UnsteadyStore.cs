using System.Runtime.CompilerServices;
using K2.Abstractions.Cold;

namespace K2.Cli.Bench.Cold;

/// <summary>
/// A store as one exporter sees it: calls fail before or after they have had their effect, answers get lost, the whole store is away for a while, the exporter is killed or sleeps
/// at any call. Files look as old as the round that they were written in.
/// </summary>
internal sealed class UnsteadyStore(IObjectStore inner, FileAges ages, Random random, UnsteadyOptions options) : IObjectStore
{
    private readonly Lock _lock = new();
    private bool _dead;
    private int _calls;

    /// <summary>How many calls failed by intent.</summary>
    public int Faults { get; private set; }

    public string LocationOf(string key) => inner.LocationOf(key);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(key, true, async () =>
        {
            await inner.PutAsync(key, content, cancellationToken);
            ages.Written(key);
            return true;
        });

    public Task<long> PutAsync(string key, Stream content, CancellationToken cancellationToken) =>
        RunAsync(key, true, async () =>
        {
            var size = await inner.PutAsync(key, content, cancellationToken);
            ages.Written(key);
            return size;
        });

    public Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(key, true, async () =>
        {
            var outcome = await inner.PutIfAbsentAsync(key, content, cancellationToken);
            if (outcome == PutOutcome.Created) ages.Written(key);
            return outcome;
        }, unknown: true);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => RunAsync(key, false, () => inner.GetAsync(key, cancellationToken));

    public Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken) => RunAsync(key, false, () => inner.GetRangeAsync(key, offset, length, cancellationToken));

    public Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken) => RunAsync(key, false, () => inner.HeadAsync(key, cancellationToken));

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await RunAsync(prefix, false, async () =>
        {
            var list = new List<StoredObject>();
            await foreach (var item in inner.ListAsync(prefix, cancellationToken)) list.Add(item with { LastModified = item.LastModified - ages.Of(item.Key) });
            return list;
        });
        foreach (var item in found) yield return item;
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        RunAsync(keys.FirstOrDefault() ?? "", true, async () =>
        {
            await inner.DeleteAsync(keys, cancellationToken);
            return true;
        });

    private async Task<T> RunAsync<T>(string key, bool changes, Func<Task<T>> call, bool unknown = false)
    {
        var (before, after) = (Fault.None, Fault.None);
        lock (_lock)
        {
            if (_dead) throw new ExporterKilledException();
            _calls++;
            if (options.KillAtCall == _calls) (before, after) = options.KillAfter ? (Fault.None, Fault.Kill) : (Fault.Kill, Fault.None);
            else if (options.IsAway()) before = Fault.Fail;
            else if (random.NextDouble() < options.FaultRate) (before, after) = random.Next(2) == 0 ? (Draw(), Fault.None) : (Fault.None, Draw());
            if (before != Fault.None || after != Fault.None) Faults++;
        }

        await Task.Yield();
        await ActAsync(before, key, unknown);
        var result = await call();
        if (changes || after == Fault.Kill) await ActAsync(after, key, unknown);
        return result;

        Fault Draw() => random.Next(10) switch
        {
            0 => Fault.Kill,
            1 or 2 => Fault.Sleep,
            _ => Fault.Fail,
        };
    }

    private async Task ActAsync(Fault fault, string key, bool unknown)
    {
        switch (fault)
        {
            case Fault.Kill:
                _dead = true;
                options.Killed?.Invoke();
                throw new ExporterKilledException();
            case Fault.Sleep:
                await options.SleepAsync();
                break;
            case Fault.Fail:
                throw unknown ? new OutcomeUnknownException(key, new IOException("the answer got lost")) : new ObjectStoreException($"{key}: the store does not answer", true);
        }
    }

    private enum Fault
    {
        None,
        Fail,
        Sleep,
        Kill,
    }
}
