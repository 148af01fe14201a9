using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Streaming.Embedded;
using K2.Streaming.Provider;

namespace K2.Streaming.Tests.Embedded;

public sealed class EmbeddedLogOptionsTests
{
    [Fact]
    public void Defaults_AreThese()
    {
        var options = new EmbeddedLogOptions { Folder = "log", Topics = [new LogTopic("t", 1)] };

        options.Validate();
        Assert.Equal((64L << 20, 256L << 20, null, 8 << 20, 16 << 20), (options.SegmentBytes, options.RetainBytes, options.RetainAge, options.MaxPendingBytes, options.TailBytes));
    }

    [Fact]
    public void Validate_OutOfRange_NamesTheOption()
    {
        LogTopic[] topics = [new("t", 1)];
        (EmbeddedLogOptions Options, string Named)[] bad =
        [
            (new() { Folder = " ", Topics = topics }, "folder"),
            (new() { Folder = "x", Topics = [] }, "topic"),
            (new() { Folder = "x", Topics = [new("t", 1), new("t", 2)] }, "twice"),
            (new() { Folder = "x", Topics = [new("t", 0)] }, "partitions"),
            (new() { Folder = "x", Topics = [new("t", 1025)] }, "partitions"),
            (new() { Folder = "x", Topics = [new("", 1)] }, "name"),
            (new() { Folder = "x", Topics = topics, SegmentBytes = 4095 }, "SegmentBytes"),
            (new() { Folder = "x", Topics = topics, SegmentBytes = (1L << 30) + 1 }, "SegmentBytes"),
            (new() { Folder = "x", Topics = topics, RetainBytes = -1 }, "RetainBytes"),
            (new() { Folder = "x", Topics = topics, RetainAge = TimeSpan.FromTicks(-1) }, "RetainAge"),
            (new() { Folder = "x", Topics = topics, MaxPendingBytes = 100 }, "MaxPendingBytes"),
            (new() { Folder = "x", Topics = topics, TailBytes = -1 }, "TailBytes"),
        ];

        foreach (var (options, named) in bad) Assert.Contains(named, Assert.Throws<StartupException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamDefaults_AreThese()
    {
        var options = new LogStreamOptions { Topics = [new LogTopic("t", 1)] };

        options.Validate();
        Assert.Equal(("trades", 1 << 20, 1 << 20, 32L << 20), (options.Namespace, options.MaxReadBytes, options.MaxDeliveryBytes, options.MaxCacheBytes));
        Assert.Equal((500, 10, 50, 1000), (options.LongPoll.TotalMilliseconds, options.Period.TotalMilliseconds, options.MinRetryPause.TotalMilliseconds, options.MaxRetryPause.TotalMilliseconds));
    }

    [Fact]
    public void StreamValidate_OutOfRange_NamesTheOption()
    {
        (Action<LogStreamOptions> Change, string Named)[] bad =
        [
            (o => o.Topics = [], "topic"),
            (o => o.Namespace = "", "namespace"),
            (o => o.MaxReadBytes = 1, "MaxReadBytes"),
            (o => o.MaxDeliveryBytes = 1, "MaxDeliveryBytes"),
            (o => o.MaxCacheBytes = 1, "MaxCacheBytes"),
            (o => o.LongPoll = TimeSpan.Zero, "LongPoll"),
            (o => o.Period = TimeSpan.Zero, "Period"),
            (o => o.MinRetryPause = TimeSpan.FromSeconds(2), "MinRetryPause"),
            (o => o.MaxRetryPause = TimeSpan.FromHours(1), "MaxRetryPause"),
        ];

        foreach (var (change, named) in bad)
        {
            var options = new LogStreamOptions { Topics = [new LogTopic("t", 1)] };
            change(options);
            Assert.Contains(named, Assert.Throws<StartupException>(options.Validate).Message, StringComparison.Ordinal);
        }
    }
}
