namespace K2.Streaming.Tests.Embedded;

/// <summary>The same suite with every read served from the segment files.</summary>
public sealed class EmbeddedLogFromDiskConformanceTests : EmbeddedLogConformanceTests
{
    protected override int TailBytes => 0;
}
