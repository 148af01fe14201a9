using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Embedded;

/// <summary>The embedded log as a user has it: readers at the end are served from memory.</summary>
public class EmbeddedLogConformanceTests : LogConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected virtual int TailBytes => 1 << 20;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task<ILog> OpenAsync(IReadOnlyList<LogTopic> topics, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen) =>
        await EmbeddedLog.OpenAsync(
            new EmbeddedLogOptions { Folder = _folder.Path, Topics = topics, TailBytes = TailBytes, SegmentBytes = 4096 },
            highestSeen, Time, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, Token);
}
