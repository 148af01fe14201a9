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
    private readonly List<StoreCall> _calls = [];
    private bool _dead;
    private int _conflicts;

    /// <summary>How many calls failed by intent.</summary>
    public int Faults { get; private set; }

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<StoreCall> Calls => _calls;

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
            if (!IsStorm()) return await PutAsync();
            await options.ConflictAsync(key, PutAsync);
            return PutOutcome.AlreadyThere;

            async Task<PutOutcome> PutAsync()
            {
                var outcome = await inner.PutIfAbsentAsync(key, content, cancellationToken);
                if (outcome == PutOutcome.Created) ages.Written(key);
                return outcome;
            }
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

    private bool IsStorm()
    {
        lock (_lock) return options.Conflicts > 0 && _calls.Count >= options.AtCall && _conflicts++ < options.Conflicts;
    }

    private async Task<T> RunAsync<T>(string key, bool changes, Func<Task<T>> call, bool unknown = false)
    {
        var (before, after) = (UnsteadyFault.None, UnsteadyFault.None);
        var isChosen = false;
        lock (_lock)
        {
            if (_dead) throw new ExporterKilledException();
            _calls.Add(new StoreCall(key, changes, unknown));
            isChosen = options.AtCall == _calls.Count && options.Conflicts == 0;
            if (isChosen) (before, after) = options.After ? (UnsteadyFault.None, options.Fault) : (options.Fault, UnsteadyFault.None);
            else if (options.IsAway()) before = UnsteadyFault.Fail;
            else if (random.NextDouble() < options.FaultRate) (before, after) = random.Next(2) == 0 ? (Draw(), UnsteadyFault.None) : (UnsteadyFault.None, Draw());
            if (before != UnsteadyFault.None || after != UnsteadyFault.None) Faults++;
        }

        await Task.Yield();
        await ActAsync(before, key, unknown);
        var result = await call();
        if (changes || isChosen || after == UnsteadyFault.Kill) await ActAsync(after, key, unknown);
        return result;

        UnsteadyFault Draw() => random.Next(10) switch
        {
            0 => UnsteadyFault.Kill,
            1 or 2 => UnsteadyFault.Sleep,
            _ => UnsteadyFault.Fail,
        };
    }

    private async Task ActAsync(UnsteadyFault fault, string key, bool unknown)
    {
        if (fault != UnsteadyFault.None) options.Happened?.Invoke();
        switch (fault)
        {
            case UnsteadyFault.Kill:
                _dead = true;
                options.Killed?.Invoke();
                throw new ExporterKilledException();
            case UnsteadyFault.Sleep:
                await options.SleepAsync();
                break;
            case UnsteadyFault.Fail:
                throw unknown ? new OutcomeUnknownException(key, new IOException("the answer got lost")) : new ObjectStoreException($"{key}: the store does not answer", true);
        }
    }
}
