using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using K2.Abstractions;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Stores;

/// <summary>
/// Objects as files below a folder. A put writes a temporary file in <c>.tmp</c>, syncs it, renames it (or links it, if there must be none) and syncs the folders whose names changed.
/// </summary>
public sealed class LocalObjectStore : IObjectStore
{
    private const string TemporaryFolder = ".tmp";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);
    private readonly string _root;
    private readonly string _temporary;
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    private LocalObjectStore(string root)
    {
        _root = root;
        _temporary = Path.Combine(root, TemporaryFolder);
    }

    /// <summary>Opens a folder, makes it if it is not there, and removes temporary files that a killed process left an hour ago or earlier.</summary>
    /// <exception cref="StartupException">The folder cannot be made or written to.</exception>
    public static LocalObjectStore Open(string folder, TimeProvider time)
    {
        var store = new LocalObjectStore(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            Directory.CreateDirectory(store._temporary);
            var limit = (time.GetUtcNow() - LeftoverAge).UtcDateTime;
            foreach (var file in new DirectoryInfo(store._temporary).EnumerateFiles().Where(file => file.LastWriteTimeUtc < limit)) file.Delete();
            var probe = store.NewTemporary();
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return store;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the cold store's folder {folder} cannot be written to ({failure.Message.TrimEnd('.')}): let this user write there, or name another one by K2:Cold:Folder", failure);
        }
    }

    /// <inheritdoc/>
    public string LocationOf(string key) => key.Length == 0 ? _root : PathOf(key);

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await WriteAsync(key, async file => await file.WriteAsync(content, cancellationToken), ifAbsent: false);

    /// <inheritdoc/>
    public async Task<long> PutAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        long size = 0;
        await WriteAsync(
            key,
            async file =>
            {
                await content.CopyToAsync(file, cancellationToken);
                size = file.Length;
            },
            ifAbsent: false);
        return size;
    }

    /// <inheritdoc/>
    public async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(key))) return PutOutcome.AlreadyThere;
        return await WriteAsync(key, async file => await file.WriteAsync(content, cancellationToken), ifAbsent: true) ? PutOutcome.Created : PutOutcome.AlreadyThere;
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return await ReadAsync(key, async () => await File.ReadAllBytesAsync(path, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var path = PathOf(key);
        return await ReadAsync(key, async () =>
        {
            using var file = File.OpenHandle(path, options: FileOptions.Asynchronous);
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, length)];
            var filled = 0;
            while (filled < bytes.Length)
            {
                var read = await RandomAccess.ReadAsync(file, bytes.AsMemory(filled), offset + filled, cancellationToken);
                if (read == 0) break;
                filled += read;
            }

            return bytes[..filled];
        });
    }

    /// <inheritdoc/>
    public Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(key));
        return Task.FromResult<StoredObject?>(file.Exists ? new StoredObject(key, file.Length, file.LastWriteTimeUtc) : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        var folder = Path.Combine(_root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        foreach (var found in await Task.Run(() => Find(folder, prefix), cancellationToken)) yield return found;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var path in keys.Select(PathOf).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // Nothing is there: as asked.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Failure("delete", path, failure);
            }
        }

        return Task.CompletedTask;
    }

    private List<StoredObject> Find(string folder, string prefix)
    {
        if (!Directory.Exists(folder)) return [];
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(file => (Key: Path.GetRelativePath(_root, file.FullName).Replace('\\', '/'), file))
                .Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal) && !found.Key.StartsWith('.') && found.file.Exists)
                .Select(found => new StoredObject(found.Key, found.file.Length, found.file.LastWriteTimeUtc))
                .OrderBy(found => found.Key, StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure("list", folder, failure);
        }
    }

    // True if the object is the one that was written, false if there was one.
    private async Task<bool> WriteAsync(string key, Func<FileStream, Task> write, bool ifAbsent)
    {
        var path = PathOf(key);
        var temporary = NewTemporary();
        var named = false;
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
            {
                await write(file);
                await file.FlushAsync(CancellationToken.None);
                file.Flush(flushToDisk: true);
            }

            MakeFolder(Path.GetDirectoryName(path)!);
            if (!ifAbsent) File.Move(temporary, path, overwrite: true);
            else if (!DurableFiles.TryLink(temporary, path)) return false;
            named = true;
            DurableFiles.SyncFolder(Path.GetDirectoryName(path)!);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The name is there, but a power loss may still take it away.
            throw named && ifAbsent ? new OutcomeUnknownException(key, failure) : Failure("write", path, failure);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    // Folders are names too. Each is made durable in the one above it once by this process, also one that is there: who made it may not have come to that.
    private void MakeFolder(string folder)
    {
        if (folder == _root || (_durable.ContainsKey(folder) && Directory.Exists(folder))) return;
        var above = Path.GetDirectoryName(folder)!;
        MakeFolder(above);
        Directory.CreateDirectory(folder);
        DurableFiles.SyncFolder(above);
        _durable.TryAdd(folder, true);
    }

    private static async Task<byte[]?> ReadAsync(string key, Func<Task<byte[]>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure("read", key, failure);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is swept at the next start; the outcome of the put is what counts.
        }
    }

    private static ObjectStoreException Failure(string verb, string path, Exception failure) =>
        new($"the cold store's folder cannot {verb} {path}: {failure.Message}", failure is not UnauthorizedAccessException, failure);

    private string NewTemporary() => Path.Combine(_temporary, Guid.NewGuid().ToString("N"));

    private string PathOf(string key) => Path.Combine(_root, ObjectKey.Check(key));
}
