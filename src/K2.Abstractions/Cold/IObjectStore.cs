namespace K2.Abstractions.Cold;

/// <summary>
/// Named byte sequences: a folder or a bucket. Keys are relative, with <c>/</c>, and checked by <see cref="ObjectKey"/>. Thread-safe.
/// <para>Atomic: every put. A reader sees the old object, none, or the whole new one, never a part; after a put has returned, every get, head and list sees it, and it survives
/// a power loss. <see cref="PutIfAbsentAsync"/> is the one conditional operation: of any number of callers with the same key exactly one is told <see cref="PutOutcome.Created"/>.
/// Not atomic: <see cref="DeleteAsync"/> (each key by itself), and a listing beside writes, which may or may not show what is written meanwhile.</para>
/// <para>A failure is an <see cref="ObjectStoreException"/>: of a read or a put it says that nothing was changed or that repeating it is harmless.
/// Only <see cref="OutcomeUnknownException"/> (a time-out, an answer that got lost) says that the object may stand there now <em>or later</em>; a caller must look before it concludes.
/// The same holds for a put that is cancelled.</para>
/// </summary>
public interface IObjectStore
{
    /// <summary>The address under which other programs find a key: a path or a URL without a slash at its end. An empty key is the store itself.</summary>
    string LocationOf(string key);

    /// <summary>Writes an object, replacing one of that key.</summary>
    /// <exception cref="ObjectStoreException">It could not be written; repeating the call is harmless.</exception>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes an object from a stream of any length in bounded memory, replacing one of that key, and returns its size. The stream is read once and not closed.</summary>
    /// <exception cref="ObjectStoreException">It could not be written; repeating the call with the stream's content is harmless.</exception>
    Task<long> PutAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>Writes an object only if there is none of that key.</summary>
    /// <exception cref="OutcomeUnknownException">Whether it was written is not known. The store never repeats the call by itself then: the repetition would meet its own object.</exception>
    /// <exception cref="ObjectStoreException">It was not written.</exception>
    Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Reads a whole object; null if there is none.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads the bytes [<paramref name="offset"/>, offset + <paramref name="length"/>) of an object, fewer where it ends; null if there is none.</summary>
    Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken);

    /// <summary>What is known about an object without reading it; null if there is none.</summary>
    Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>The objects whose key begins with a prefix, which may end within a segment or be empty, in ordinal order of their keys.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes objects; keys that do not exist are no failure. After a failure some may be gone; repeating the call is harmless.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}
