using K2.Abstractions.Cold;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Stores;

public sealed class InMemoryObjectStoreTests : ObjectStoreConformance
{
    protected override IObjectStore Store { get; } = new InMemoryObjectStore(TimeProvider.System);
}
