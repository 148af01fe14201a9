using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using K2.Simulator.Kafka;
using static K2.Streaming.Tests.Kafka.KafkaFixture;

namespace K2.Streaming.Tests.Kafka;

/// <summary>Brokers that are away, slow, or refuse: nothing is lost, doubled or out of order.</summary>
public sealed class KafkaFaultTests : IDisposable
{
    private const int NoError = 0;
    private const int CorruptMessage = 2;
    private const int UnknownTopicOrPartition = 3;
    private const int LeaderNotAvailable = 5;
    private const int NotLeader = 6;
    private const int RequestTimedOut = 7;
    private const int MessageTooLarge = 10;
    private const int CoordinatorLoading = 14;
    private const int NotCoordinator = 16;
    private const int NotEnoughReplicas = 19;
    private const int TopicAuthorizationFailed = 29;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly KafkaFixture _kafka = new();

    // The mock takes a second request although it refused the first one, where Kafka would refuse both: all messages must go in one.
    private KafkaLogOptions OneRequest => _kafka.Options() with { Linger = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Append_BrokerDownAndUp_WaitsAndLosesAndDoublesNothing()
    {
        await using var log = await _kafka.OpenAsync();
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);
        await log.AppendAsync([Numbers("a", 0, 3)], Token);
        Assert.Equal([0, 1, 2], NumbersOf(Assert.Single(await reader.ReadAsync(1024, Long, Token))));

        _kafka.Cluster.SetDown();
        var read = reader.ReadAsync(1024, Long, Token).AsTask();
        var appends = Enumerable.Range(0, 50).Select(i => log.AppendAsync([Numbers("a", 3 + (i * 2), 2), Numbers("b", i)], Token)).ToList();
        Assert.DoesNotContain(appends, append => append.IsCompleted);
        _kafka.Cluster.SetUp();
        await Task.WhenAll(appends);

        Assert.NotEmpty(await read);
        var entries = await ReadAllAsync(log);
        Assert.Equal(Enumerable.Range(0, 103).Select(i => (long)i), entries.Where(entry => entry.Key == "a").SelectMany(NumbersOf));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), entries.Where(entry => entry.Key == "b").SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Append_RefusedForAWhile_IsRepeatedInOrder()
    {
        await using var log = await _kafka.OpenAsync(OneRequest);
        _kafka.Cluster.PushErrors(MockKafkaRequest.Produce, NotLeader, RequestTimedOut, CorruptMessage, NoError, NotEnoughReplicas, LeaderNotAvailable);

        var positions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => log.AppendAsync([Numbers("a", i)], Token)));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), positions.Select(position => position[0].Offset));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), (await ReadAllAsync(log)).SelectMany(NumbersOf));
    }

    [Theory]
    [InlineData(MessageTooLarge)]
    [InlineData(TopicAuthorizationFailed)]
    public async Task Append_RefusedForGood_FailsAllUnderWayAndKeepsTheOrder(int error)
    {
        await using var log = await _kafka.OpenAsync(OneRequest);
        await log.AppendAsync([Numbers("a", 0)], Token);
        _kafka.Cluster.PushErrors(MockKafkaRequest.Produce, error);

        var appends = Enumerable.Range(1, 5).Select(i => log.AppendAsync([Numbers("a", i)], Token)).ToList();
        foreach (var append in appends)
        {
            var failure = await Assert.ThrowsAsync<K2Exception>(() => append);
            Assert.False(failure.IsTransient);
            Assert.Contains("raw/0", failure.Message, StringComparison.Ordinal);
        }

        await Task.WhenAll(Enumerable.Range(1, 5).Select(i => log.AppendAsync([Numbers("a", i)], Token)));
        var firsts = (await ReadAllAsync(log)).SelectMany(NumbersOf).Distinct();
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), firsts);
    }

    [Fact]
    public async Task Append_BrokerAwayForTooLong_FailsAsTransientAndLaterAppendsGoOn()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { DeliveryTimeout = TimeSpan.FromSeconds(1) });
        _kafka.Cluster.SetDown();

        var appends = Enumerable.Range(0, 3).Select(i => log.AppendAsync([Numbers("a", i)], Token)).ToList();
        foreach (var append in appends) Assert.True((await Assert.ThrowsAsync<K2Exception>(() => append)).IsTransient);
        _kafka.Cluster.SetUp();
        await UntilTakenAsync(() => log.AppendAsync([Numbers("a", 0, 3)], Token));

        Assert.Equal([0, 1, 2], (await ReadAllAsync(log)).SelectMany(NumbersOf).Distinct());
    }

    [Fact]
    public async Task Append_AnswerIsHeldUp_IsMadeAgainWithinTheAnswerTimeout()
    {
        var logger = new ListLogger();
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { AnswerTimeout = TimeSpan.FromSeconds(1) }, logger: logger);
        await log.AppendAsync([Numbers("a", 0)], Token);

        _kafka.Cluster.SetRoundTrip(TimeSpan.FromMinutes(5));
        var givenUp = logger.WhenLogged("Timed out");
        var append = log.AppendAsync([Numbers("a", 1)], Token);
        await givenUp;
        _kafka.Cluster.SetRoundTrip(TimeSpan.Zero);
        await append.WaitAsync(TimeSpan.FromSeconds(15), Token);

        // The mock keeps what it took before its answer was lost; a broker knows a repeat of an idempotent producer.
        Assert.Equal([0, 1], (await ReadAllAsync(log)).SelectMany(NumbersOf).Distinct());
    }

    [Fact]
    public async Task Append_BoundReached_WaitsInOrder()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { MaxPendingMessages = 100 });
        _kafka.Cluster.SetDown();

        var appends = Enumerable.Range(0, 30).Select(i => log.AppendAsync([Numbers("a", i * 30, 30)], Token)).ToList();
        Assert.Equal(90, log.PendingMessages);
        _kafka.Cluster.SetUp();
        await Task.WhenAll(appends);

        Assert.Equal((0, 0), (log.PendingMessages, log.PendingBytes));
        Assert.Equal(Enumerable.Range(0, 900).Select(i => (long)i), (await ReadAllAsync(log)).SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Append_CancelledWhileItWaitsForRoom_IsNotSent()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { MaxPendingMessages = 1 });
        using var cancel = new CancellationTokenSource();
        _kafka.Cluster.SetDown();

        var first = log.AppendAsync([Numbers("a", 0)], Token);
        var cancelled = log.AppendAsync([Numbers("a", 1)], cancel.Token);
        var last = log.AppendAsync([Numbers("a", 2)], Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _kafka.Cluster.SetUp();
        await Task.WhenAll(first, last);

        Assert.Equal([0, 2], (await ReadAllAsync(log)).SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Dispose_BrokerAway_FailsWhatIsUnderWay()
    {
        var log = await _kafka.OpenAsync(_kafka.Options() with { CloseTimeout = TimeSpan.Zero });
        _kafka.Cluster.SetDown();
        var append = log.AppendAsync([Numbers("a", 0)], Token);

        await log.DisposeAsync();

        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => append)).IsTransient);
    }

    [Fact]
    public async Task Read_FetchRefusedForAWhile_GoesOn()
    {
        await using var log = await _kafka.OpenAsync();
        await log.AppendAsync([Numbers("a", 0, 5)], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);
        Assert.Single(await reader.ReadAsync(1, Long, Token));

        _kafka.Cluster.PushErrors(MockKafkaRequest.Fetch, NotLeader, UnknownTopicOrPartition, LeaderNotAvailable);
        await log.AppendAsync([Numbers("a", 5, 5)], Token);

        Assert.Equal([5, 6, 7, 8, 9], NumbersOf(Assert.Single(await reader.ReadAsync(1, Long, Token))));
    }

    [Theory]
    [InlineData(NotCoordinator)]
    [InlineData(CoordinatorLoading)]
    public async Task Commit_RefusedForAWhile_FailsAsTransientOrGoesThrough(int error)
    {
        await using var log = await _kafka.OpenAsync();
        var first = (await log.AppendAsync([Numbers("a", 0, 5)], Token))[0];
        _kafka.Cluster.PushErrors(MockKafkaRequest.OffsetCommit, error);

        var failure = await Record.ExceptionAsync(async () => await log.CommitAsync(Raw, 0, first.Plus(2), Token));
        if (failure is not null) Assert.True(Assert.IsType<K2Exception>(failure).IsTransient);
        await log.CommitAsync(Raw, 0, first.Plus(2), Token);

        Assert.Equal(first.Plus(2), await log.CommittedAsync(Raw, 0, Token));
    }

    [Fact]
    public async Task End_BrokerAway_FailsAsTransient()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { RequestTimeout = TimeSpan.FromSeconds(1) });
        _kafka.Cluster.SetDown();

        var failure = await Assert.ThrowsAsync<K2Exception>(async () => await log.EndAsync(Raw, 0, Token));

        Assert.True(failure.IsTransient);
        Assert.True((await Assert.ThrowsAsync<K2Exception>(async () => await log.CommittedAsync(Raw, 0, Token))).IsTransient);
    }

    [Fact]
    public async Task Open_NobodyAnswers_SaysSo()
    {
        _kafka.Cluster.SetDown();

        var failure = await Assert.ThrowsAsync<StartupException>(() => _kafka.OpenAsync(_kafka.Options() with { RequestTimeout = TimeSpan.FromSeconds(1) }));

        Assert.Contains($"Kafka at {_kafka.Cluster.Bootstraps} does not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TopicMissing_ListsAllThatIsWrong()
    {
        var failure = await Assert.ThrowsAsync<StartupException>(() => _kafka.OpenAsync(_kafka.Options([new LogTopic("other", 2), new LogTopic(Raw, 3)])));

        Assert.Contains("other: does not exist", failure.Message, StringComparison.Ordinal);
        Assert.Contains("raw: has 1 partitions, configured are 3", failure.Message, StringComparison.Ordinal);
    }

    private static async Task UntilTakenAsync(Func<Task> append)
    {
        while (true)
        {
            try
            {
                await append();
                return;
            }
            catch (K2Exception failure) when (failure.IsTransient)
            {
                // As every caller does.
            }
        }
    }
}
