using K2.ColdTier.Stores;
using K2.Simulator.ObjectStore;

namespace K2.ColdTier.Tests.Stores;

/// <summary>The stub and the files with its credentials.</summary>
public sealed class S3StubFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-s3-").FullName;

    public S3Stub Stub { get; private set; } = null!;

    public S3StoreOptions Options(string? bucket = null, string accessKey = S3Stub.AccessKey, string secretKey = S3Stub.SecretKey, Uri? endpoint = null, string? encryption = null)
    {
        var (access, secret) = (Path.Combine(_folder, accessKey), Path.Combine(_folder, "of-" + secretKey));
        File.WriteAllText(access, accessKey + "\n");
        File.WriteAllText(secret, secretKey + "\n");
        return new S3StoreOptions
        {
            Endpoint = endpoint ?? Stub.Url,
            Bucket = bucket ?? Stub.Bucket,
            Prefix = "some/where",
            AccessKeyFile = access,
            SecretKeyFile = secret,
            Encryption = encryption,
            PartSizeBytes = S3StoreOptions.LeastPartSize,
            RequestTimeout = TimeSpan.FromSeconds(2),
            FirstAnswerTimeout = TimeSpan.FromSeconds(1.5),
            Attempts = 4,
            FirstPause = TimeSpan.FromMilliseconds(2),
        };
    }

    public S3ObjectStore Store() => S3ObjectStore.Create(Options(), TimeProvider.System, new Random(5));

    public async ValueTask InitializeAsync() => Stub = await S3Stub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Stub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
