using System.Text;
using K2.Abstractions.Cold;
using K2.Simulator.ObjectStore;

namespace K2.ColdTier.Tests.Stores;

/// <summary>What the stub is asked to be as a store that somebody runs, not as one that a test disturbs.</summary>
public sealed class S3StubTests(S3StubFixture s3) : IClassFixture<S3StubFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_OnANamedPort_ListensThereAndRefusesASecond()
    {
        await using var second = await S3Stub.StartAsync();
        var port = second.Url.Port;

        await Assert.ThrowsAsync<IOException>(() => S3Stub.StartAsync(port));
        await second.DisposeAsync();
        await using var again = await S3Stub.StartAsync(port);

        Assert.Equal(port, again.Url.Port);
    }

    [Fact]
    public async Task Put_BeyondTheCapacity_IsRefusedUntilSomethingIsDeleted()
    {
        var store = s3.Store();
        s3.Stub.Capacity = 10;
        await PutAsync("first", "1234567");

        await Assert.ThrowsAsync<ObjectStoreException>(() => PutAsync("second", "1234"));
        await PutAsync("third", "123");
        await store.DeleteAsync(["first"], Token);
        await PutAsync("second", "1234");

        Assert.Equal(["second", "third"], await store.ListAsync("", Token).Select(entry => entry.Key).ToListAsync(Token));

        Task PutAsync(string key, string content) => store.PutAsync(key, Encoding.UTF8.GetBytes(content), Token);
    }
}
