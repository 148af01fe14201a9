using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.ColdTier.Stores;
using K2.Simulator.ObjectStore;

namespace K2.ColdTier.Tests.Stores;

public sealed class S3FaultTests(S3StubFixture s3) : IClassFixture<S3StubFixture>, IDisposable
{
    private static readonly byte[] One = [1];

    public void Dispose()
    {
        s3.Stub.Faults = (_, _) => S3Fault.None;
        s3.Stub.ConditionalPut = true;
    }

    [Theory]
    [InlineData(S3Fault.RefuseBefore)]
    [InlineData(S3Fault.LoseAnswer)]
    [InlineData(S3Fault.SlowDown)]
    public async Task IdempotentCalls_AreRepeated(S3Fault fault)
    {
        using var store = s3.Store();
        var key = Key();
        // Each kind of request fails twice, then works.
        var counts = new Dictionary<string, int>();
        s3.Stub.Faults = (method, name) =>
        {
            lock (counts)
            {
                var count = counts[method + name] = counts.GetValueOrDefault(method + name) + 1;
                return count <= 2 ? fault : S3Fault.None;
            }
        };

        await store.PutAsync(key, One, default);
        Assert.Equal(One, await store.GetAsync(key, default));
        Assert.NotNull(await store.HeadAsync(key, default));
        await store.DeleteAsync([key], default);

        Assert.Equal(3, counts.Values.Max());
        Assert.Null(await store.HeadAsync(key, default));
    }

    [Theory]
    [InlineData(S3Fault.LoseAnswer, true)]
    [InlineData(S3Fault.Hang, true)]
    [InlineData(S3Fault.RefuseBefore, false)]
    [InlineData(S3Fault.SlowDown, false)]
    public async Task ConditionalPut_WithoutAnAnswer_IsUnknownAndNotRepeated(S3Fault fault, bool done)
    {
        using var store = s3.Store();
        var key = Key();
        var puts = 0;
        s3.Stub.Faults = (method, _) => method == "PUT" && Interlocked.Increment(ref puts) > 0 ? fault : S3Fault.None;

        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutIfAbsentAsync(key, One, default));

        Assert.Equal(key, unknown.Key);
        Assert.Equal(1, puts);
        Assert.Equal(done, await store.HeadAsync(key, default) is not null);
    }

    [Fact]
    public async Task ConditionalPut_ThatIsRefusedWith412_IsAlreadyThere()
    {
        using var store = s3.Store();
        s3.Stub.Faults = (method, _) => method == "PUT" ? S3Fault.PreconditionFailed : S3Fault.None;

        Assert.Equal(PutOutcome.AlreadyThere, await store.PutIfAbsentAsync(Key(), One, default));
    }

    [Fact]
    public async Task ConditionalPut_ThatCannotConnect_WasNotDone()
    {
        var stub = await S3Stub.StartAsync();
        using var store = S3ObjectStore.Create(s3.Options(endpoint: stub.Url), TimeProvider.System, new Random(5));
        await stub.DisposeAsync();

        var failure = await Assert.ThrowsAnyAsync<ObjectStoreException>(() => store.PutIfAbsentAsync(Key(), One, default));

        Assert.IsNotType<OutcomeUnknownException>(failure);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task FailuresWithoutEnd_AreOneError()
    {
        using var store = s3.Store();
        var gets = 0;
        s3.Stub.Faults = (_, _) => Interlocked.Increment(ref gets) > 0 ? S3Fault.SlowDown : S3Fault.None;

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync(Key(), default));

        Assert.Equal(4, gets);
        Assert.True(failure.IsTransient);
        Assert.Contains("SlowDown", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadInParts_SurvivesFaultsOfEveryStep()
    {
        using var store = s3.Store();
        var key = Key();
        var bytes = new byte[S3StoreOptions.LeastPartSize + 100];
        new Random(3).NextBytes(bytes);
        var counts = new Dictionary<string, int>();
        s3.Stub.Faults = (method, name) =>
        {
            lock (counts) return (counts[method + name] = counts.GetValueOrDefault(method + name) + 1) == 1 ? S3Fault.LoseAnswer : S3Fault.None;
        };

        Assert.Equal(bytes.Length, await store.PutAsync(key, new MemoryStream(bytes), default));

        Assert.Equal(bytes, await store.GetAsync(key, default));
    }

    [Fact]
    public async Task UploadInParts_ThatFails_IsAborted()
    {
        using var store = s3.Store();
        var key = Key();
        var before = s3.Stub.UnfinishedUploads;
        s3.Stub.Faults = (method, name) => method == "PUT" && name.Contains("partNumber=2", StringComparison.Ordinal) ? S3Fault.SlowDown : S3Fault.None;

        await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync(key, new MemoryStream(new byte[S3StoreOptions.LeastPartSize + 1]), default));

        Assert.Equal(before, s3.Stub.UnfinishedUploads);
        Assert.Null(await store.HeadAsync(key, default));
    }

    [Fact]
    public async Task Encryption_IsAskedFor()
    {
        using var store = S3ObjectStore.Create(s3.Options(encryption: "AES256"), TimeProvider.System, new Random(5));

        await store.PutIfAbsentAsync(Key(), One, default);

        Assert.Equal("AES256", s3.Stub.LastPutHeaders["x-amz-server-side-encryption"]);
        Assert.Equal("*", s3.Stub.LastPutHeaders["If-None-Match"]);
    }

    // A body in signed chunks is what not every store reads.
    [Fact]
    public async Task Puts_DoNotStream_NorDoParts()
    {
        using var store = s3.Store();
        var key = Key();

        await store.PutAsync(key + "-1", One, default);
        await store.PutIfAbsentAsync(key + "-2", One, default);
        await store.PutAsync(key + "-3", new MemoryStream(One), default);
        await store.PutAsync(key + "-4", new MemoryStream(new byte[S3StoreOptions.LeastPartSize + 1]), default);

        var puts = s3.Stub.Puts.Where(put => put.Name.Contains(key, StringComparison.Ordinal)).ToList();
        Assert.Equal(5, puts.Count);
        Assert.Equal(2, puts.Count(put => put.Name.Contains("partNumber=", StringComparison.Ordinal)));
        Assert.All(puts, put => Assert.DoesNotContain("STREAMING", put.Content, StringComparison.Ordinal));
        Assert.All(puts, put => Assert.NotEmpty(put.Content));
    }

    [Fact]
    public async Task Probe_Passes()
    {
        using var store = s3.Store();

        await ColdStoreProbe.RunAsync(store, default);
    }

    [Fact]
    public async Task Probe_NamesEachMistake()
    {
        await FailsAsync(s3.Options(bucket: "not-there"), "bucket not-there at", "does not exist: create it");
        await FailsAsync(s3.Options(accessKey: "wrong"), "refuses the credentials (InvalidAccessKeyId): correct the access key in ");
        await FailsAsync(s3.Options(secretKey: "wrong"), "refuses the credentials (SignatureDoesNotMatch): correct the secret key in ");
        s3.Stub.Faults = (_, _) => S3Fault.AccessDenied;
        await FailsAsync(s3.Options(), "refuses the credentials (AccessDenied): let the access key in ");
        s3.Stub.Faults = (method, _) => method == "PUT" ? S3Fault.AccessDenied : S3Fault.None;
        await FailsAsync(s3.Options(), "AccessDenied", "let this silo's key or user list, read, write and delete there");
        s3.Stub.Faults = (_, _) => S3Fault.None;
        await FailsAsync(s3.Options(endpoint: new Uri("http://127.0.0.1:1")), "cannot be reached");
        s3.Stub.Faults = (_, _) => S3Fault.Hang;
        await FailsAsync(s3.Options(), "cannot be reached (no answer within 1.5 s): start it, or correct K2:Cold:Endpoint");
        s3.Stub.Faults = (_, _) => S3Fault.None;
        s3.Stub.ConditionalPut = false;
        await FailsAsync(s3.Options(), "does not honour conditional puts");
    }

    [Fact]
    public void WrongOptions_AreOneClearError()
    {
        Fails(new S3StoreOptions { Bucket = "" }, "Bucket");
        Fails(new S3StoreOptions { Bucket = "bucket", Endpoint = new Uri("ftp://x") }, "Endpoint");
        Fails(new S3StoreOptions { Bucket = "bucket", Endpoint = new Uri("http://user:password@x") }, "credentials");
        Fails(new S3StoreOptions { Bucket = "bucket", Prefix = "/a" }, "Prefix");
        Fails(new S3StoreOptions { Bucket = "bucket", Encryption = "rot13" }, "Encryption");
        Fails(new S3StoreOptions { Bucket = "bucket", PartSizeBytes = 1 }, "PartSizeBytes");
        Fails(new S3StoreOptions { Bucket = "bucket", Attempts = 0 }, "Attempts");
        Fails(new S3StoreOptions { Bucket = "bucket", FirstAnswerTimeout = TimeSpan.FromMinutes(1) }, "FirstAnswerTimeout");
        Fails(new S3StoreOptions { Bucket = "bucket", AccessKeyVariable = "K2_NOT_SET_ANYWHERE" }, "K2_NOT_SET_ANYWHERE");
        Fails(new S3StoreOptions { Bucket = "bucket", AccessKeyFile = "/not/there" }, "cannot be read");
    }

    private static void Fails(S3StoreOptions options, string part) =>
        Assert.Contains(part, Assert.Throws<StartupException>(() => S3ObjectStore.Create(options, TimeProvider.System, new Random(5))).Message, StringComparison.Ordinal);

    private static string Key() => $"faults/{Guid.NewGuid():N}";

    private static async Task FailsAsync(S3StoreOptions options, params string[] parts)
    {
        using var store = S3ObjectStore.Create(options, TimeProvider.System, new Random(5));
        var failure = await Assert.ThrowsAsync<StartupException>(() => ColdStoreProbe.RunAsync(store, default));
        foreach (var part in parts) Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }
}
