using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.ColdTier.Stores;
using K2.TestKit.Cold;
using Microsoft.Extensions.Time.Testing;

namespace K2.ColdTier.Tests.Stores;

public sealed class LocalObjectStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-cold-").FullName;

    public LocalObjectStoreTests() => Store = LocalObjectStore.Open(_folder, TimeProvider.System);

    protected override IObjectStore Store { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NoTemporaryFile_IsLeftOrListed()
    {
        await Store.PutAsync("a", new byte[] { 1 }, default);
        await Store.PutIfAbsentAsync("a", new byte[] { 1 }, default);
        await Store.PutIfAbsentAsync("b", new byte[] { 1 }, default);

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, ".tmp")));
        await File.WriteAllTextAsync(Path.Combine(_folder, ".tmp", "left"), "half", TestContext.Current.CancellationToken);
        var keys = new List<string>();
        await foreach (var found in Store.ListAsync("", default)) keys.Add(found.Key);
        Assert.Equal(["a", "b"], keys);
    }

    [Fact]
    public void Open_SweepsOldTemporaryFilesOnly()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var (old, young) = (Path.Combine(_folder, ".tmp", "old"), Path.Combine(_folder, ".tmp", "young"));
        foreach (var (file, age) in new[] { (old, 61), (young, 59) })
        {
            File.WriteAllText(file, "half");
            File.SetLastWriteTimeUtc(file, (time.GetUtcNow() - TimeSpan.FromMinutes(age)).UtcDateTime);
        }

        LocalObjectStore.Open(_folder, time);

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Open_WhereAFileStands_IsOneClearError()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var failure = Assert.Throws<StartupException>(() => LocalObjectStore.Open(Path.Combine(file, "below"), TimeProvider.System));

        Assert.Contains("cannot be written to", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_ThatTheFolderRefuses_SaysWhereAndWhy()
    {
        // A key that is a folder of another one: as a full disk or a read-only folder, one exception of the contract.
        await Store.PutAsync("a/b", new byte[] { 1 }, default);

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => Store.PutAsync("a/b/c", new byte[] { 1 }, default));

        Assert.Contains("a/b", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_Passes()
    {
        await ColdStoreProbe.RunAsync(Store, default);

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "k2-probe")));
    }
}
