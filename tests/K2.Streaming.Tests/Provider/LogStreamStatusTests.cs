using System.Diagnostics.Metrics;
using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Provider;
using K2.TestKit.Log;

namespace K2.Streaming.Tests.Provider;

/// <summary>What operators see of the streams.</summary>
public sealed class LogStreamStatusTests
{
    private static readonly LogTopic Topic = new("trades-of-the-status", 2);

    [Fact]
    public async Task Lag_OfALogThatAnswersAtOnce_IsOfNow()
    {
        await using var log = new InMemoryLog([Topic]);
        using var status = Status(log);
        var first = (await log.AppendAsync([new LogAppend(Topic.Name, "a", 5, new byte[1])], TestContext.Current.CancellationToken))[0];
        var partition = log.PartitionOf(Topic.Name, "a");

        Assert.Equal(5, Collect(partition));
        await log.CommitAsync(Topic.Name, partition, first.Plus(3), TestContext.Current.CancellationToken);
        Assert.Equal(2, Collect(partition));
        Assert.Equal(0, Collect(1 - partition));
    }

    [Fact]
    public async Task Lag_OfALogThatAsksABroker_IsThatOfTheLastAnswerAndGoneWithIt()
    {
        await using var log = new InMemoryLog([Topic]);
        var slow = new SlowLog(log);
        using var status = Status(slow);
        await log.AppendAsync([new LogAppend(Topic.Name, "a", 5, new byte[1])], TestContext.Current.CancellationToken);
        var partition = log.PartitionOf(Topic.Name, "a");

        Assert.Null(Collect(partition));
        slow.Answer();
        Assert.Equal(5, Collect(partition));
        slow.Fail();
        Assert.Null(Collect(partition));
    }

    private static LogStreamStatus Status(ILog log)
    {
        var status = new LogStreamStatus(log);
        status.Attach(Enumerable.Range(0, Topic.Partitions).Select(partition => new LogQueue(default, Topic.Name, partition)));
        return status;
    }

    private static long? Collect(int partition)
    {
        long? lag = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "k2.streaming.lag") listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray() is var all && all.Contains(new KeyValuePair<string, object?>("partition", partition)) && all.Contains(new KeyValuePair<string, object?>("topic", Topic.Name))) lag = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    /// <summary>A log whose positions come when the test says so.</summary>
    private sealed class SlowLog(ILog inner) : ILog
    {
        private TaskCompletionSource _answered = new();

        public IReadOnlyList<LogTopic> Topics => inner.Topics;

        public void Answer() => _answered.SetResult();

        public void Fail()
        {
            _answered = new TaskCompletionSource();
            _answered.SetException(new K2Exception("the broker is away", true));
        }

        public int PartitionOf(string topic, string key) => inner.PartitionOf(topic, key);

        public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken) => inner.AppendAsync(batches, cancellationToken);

        public ILogReader OpenReader(string topic, int partition, LogPosition from) => inner.OpenReader(topic, partition, from);

        public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EarliestAsync(topic, partition, cancellationToken);

        public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EndAsync(topic, partition, cancellationToken);

        public async ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken)
        {
            await _answered.Task;
            return await inner.CommittedAsync(topic, partition, cancellationToken);
        }

        public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken) => inner.CommitAsync(topic, partition, next, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
