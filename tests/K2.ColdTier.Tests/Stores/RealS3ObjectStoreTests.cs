using K2.Abstractions.Cold;
using K2.ColdTier.Stores;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Stores;

/// <summary>The same suite at a real store: <c>K2_S3=http://host:port/bucket</c>, with <c>K2_S3_ACCESS_KEY</c> and <c>K2_S3_SECRET_KEY</c>.</summary>
public sealed class RealS3ObjectStoreTests : ObjectStoreConformance
{
    protected override IObjectStore Store
    {
        get
        {
            var address = Environment.GetEnvironmentVariable("K2_S3");
            Assert.SkipWhen(address is null, "K2_S3 is not set: no real S3 store to test against");
            var url = new Uri(address!);
            return S3ObjectStore.Create(new S3StoreOptions { Endpoint = new Uri(url.GetLeftPart(UriPartial.Authority)), Bucket = url.AbsolutePath.Trim('/'), PartSizeBytes = S3StoreOptions.LeastPartSize }, TimeProvider.System, new Random(5));
        }
    }
}
