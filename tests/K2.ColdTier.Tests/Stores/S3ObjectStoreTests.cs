using K2.Abstractions.Cold;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Stores;

public sealed class S3ObjectStoreTests(S3StubFixture s3) : ObjectStoreConformance, IClassFixture<S3StubFixture>
{
    protected override IObjectStore Store { get; } = s3.Store();
}
