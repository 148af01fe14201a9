using K2.Abstractions;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Stores;

/// <summary>Asks a store at start whether it can do what a commit relies on: one key is put twice, and the second put must be refused.</summary>
public static class ColdStoreProbe
{
    /// <summary>Returns if the store can be used.</summary>
    /// <exception cref="StartupException">It cannot: it is not there, refuses the credentials, cannot be written to, or does not honour conditional puts.</exception>
    public static async Task RunAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var key = $"k2-probe/{Guid.NewGuid():N}";
        var where = store.LocationOf("");
        try
        {
            if (store is S3ObjectStore bucket) await bucket.CheckBucketAsync(cancellationToken);
            var first = await store.PutIfAbsentAsync(key, new byte[] { 1 }, cancellationToken);
            var second = await store.PutIfAbsentAsync(key, new byte[] { 2 }, cancellationToken);
            var content = await store.GetAsync(key, cancellationToken);
            await store.DeleteAsync([key], cancellationToken);
            if (first == PutOutcome.Created && second == PutOutcome.AlreadyThere && content is [1]) return;
        }
        catch (ObjectStoreException failure)
        {
            throw new StartupException($"the cold store {where} cannot be used: {failure.Message}{(failure.IsTransient ? "" : ", so let this silo's key or user list, read, write and delete there")}", failure);
        }

        throw new StartupException($"the cold store {where} does not honour conditional puts (If-None-Match: *), without which two exporters could overwrite each other: use a store that does, or a folder (K2:Cold:Folder)");
    }
}
