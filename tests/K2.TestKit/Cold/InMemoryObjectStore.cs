using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using K2.Abstractions.Cold;

namespace K2.TestKit.Cold;

/// <summary>Objects in memory, with faults that a test chooses call by call. Thread-safe.</summary>
public sealed class InMemoryObjectStore(TimeProvider time) : IObjectStore
{
    private const int LateCalls = 4;
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset At)> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(long Call, string Key, byte[] Content)> _late = [];
    private long _calls;

    /// <summary>Says what happens to a call, by its name (put, putIfAbsent, get, head, list, delete) and key. Called once for every call, from any thread.</summary>
    public Func<string, string, StoreFault> Faults { get; set; } = (_, _) => StoreFault.None;

    /// <inheritdoc/>
    public string LocationOf(string key) => key.Length == 0 ? "memory://store" : $"memory://store/{ObjectKey.Check(key)}";

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => await RunAsync("put", ObjectKey.Check(key), () => _objects[key] = (content.ToArray(), time.GetUtcNow()));

    /// <inheritdoc/>
    public async Task<long> PutAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        await PutAsync(key, bytes.ToArray(), cancellationToken);
        return bytes.Length;
    }

    /// <inheritdoc/>
    public async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await Task.Yield();
        LetArrive();
        var fault = Faults("putIfAbsent", ObjectKey.Check(key));
        if (fault == StoreFault.ArriveLate)
        {
            _late.Enqueue((Interlocked.Read(ref _calls) + LateCalls, key, content.ToArray()));
            throw new OutcomeUnknownException(key);
        }

        if (fault == StoreFault.RefuseBefore) throw Refused("putIfAbsent", key);
        if (fault == StoreFault.LoseRequest) throw new OutcomeUnknownException(key);
        if (fault == StoreFault.Conflict) return PutOutcome.AlreadyThere;
        var created = _objects.TryAdd(key, (content.ToArray(), time.GetUtcNow()));
        if (fault == StoreFault.LoseAnswer) throw new OutcomeUnknownException(key);
        return created ? PutOutcome.Created : PutOutcome.AlreadyThere;
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        await RunAsync("get", ObjectKey.Check(key), () => _objects.TryGetValue(key, out var found) ? found.Content.ToArray() : null);

    /// <inheritdoc/>
    public async Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var content = await GetAsync(key, cancellationToken);
        return content?.AsSpan((int)Math.Min(offset, content.Length), (int)Math.Clamp(content.Length - offset, 0, length)).ToArray();
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken) =>
        await RunAsync<StoredObject?>("head", ObjectKey.Check(key), () => _objects.TryGetValue(key, out var found) ? new StoredObject(key, found.Content.Length, found.At) : null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await RunAsync("list", ObjectKey.CheckPrefix(prefix), () => _objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList());
        foreach (var (key, value) in found) yield return new StoredObject(key, value.Content.Length, value.At);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys) await RunAsync("delete", ObjectKey.Check(key), () => _objects.TryRemove(key, out _));
    }

    private static ObjectStoreException Refused(string call, string key) => new($"injected: {call} of {key} failed", true);

    private void LetArrive()
    {
        var call = Interlocked.Increment(ref _calls);
        if (_late.TryPeek(out var due) && due.Call <= call && _late.TryDequeue(out var late)) _objects.TryAdd(late.Key, (late.Content, time.GetUtcNow()));
    }

    private async Task<T> RunAsync<T>(string call, string key, Func<T> action)
    {
        // Other callers get their turn here, as they do while a real store answers.
        await Task.Yield();
        LetArrive();
        var fault = Faults(call, key);
        if (fault is StoreFault.RefuseBefore or StoreFault.LoseRequest or StoreFault.ArriveLate) throw Refused(call, key);
        var result = action();
        return fault == StoreFault.LoseAnswer ? throw Refused(call, key) : result;
    }
}
