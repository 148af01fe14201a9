using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Exchanges;
using K2.Grains.Connectors;
using K2.Grains.Raw;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Grains.Tests.Connectors;

public sealed class LogConnectorSinkTests
{
    [Fact]
    public async Task Accept_WhenTheLogRefusesAtFirst_AppendsEverythingOnceItTakesIt_InOrder()
    {
        await using var log = new RefusingLog(refusals: 3);
        using var counters = new PipelineCounters();
        var sink = new LogConnectorSink(log, new LivePump(new NoGrains()), counters, NoProtocolProbe.Instance, 4, TimeProvider.System, NullLogger.Instance);

        for (long id = 1; id <= 20; id++) await sink.AcceptAsync(Batch(id), TestContext.Current.CancellationToken);
        await sink.DisposeAsync();

        var ids = new List<long>();
        await using var reader = log.OpenReader(TopicNames.Trades(Exchange.Binance), 0, LogPosition.None);
        foreach (var entry in await reader.ReadAsync(int.MaxValue, TimeSpan.Zero, TestContext.Current.CancellationToken)) ids.Add(RecordCodec.Read(entry.Payload, 0).Trade.TradeId);
        Assert.Equal(Enumerable.Range(1, 20).Select(id => (long)id), ids);
        Assert.Equal(20, counters[PipelineStage.Appended]);
        Assert.Equal(3, log.Refused);
    }

    [Fact]
    public async Task Accept_FrameLargerThanTheLogTakes_IsADeadLetterWithWhatFits_AndNothingWaitsForIt()
    {
        const int Most = 10_000;
        await using var log = new RefusingLog(refusals: 0) { MostBytes = Most };
        using var counters = new PipelineCounters();
        var sink = new LogConnectorSink(log, new LivePump(new NoGrains()), counters, NoProtocolProbe.Instance, 4, TimeProvider.System, NullLogger.Instance);
        var big = Enumerable.Range(0, Most).Select(i => (byte)(i % 251)).ToArray();

        await sink.AcceptAsync(Batch(1), TestContext.Current.CancellationToken);
        await sink.AcceptAsync(Batch(2, new RawFrame(new byte[] { 1 }, Some.Start, 2), new RawFrame(big, Some.Start, 3), new RawFrame(new byte[] { 4 }, Some.Start, 4)), TestContext.Current.CancellationToken);
        await sink.AcceptAsync(Batch(5), TestContext.Current.CancellationToken);
        await sink.DisposeAsync();

        Assert.Equal([1, 2, 5], (await ReadAsync(log, TopicNames.Trades(Exchange.Binance))).Select(payload => RecordCodec.Read(payload, 0).Trade.TradeId));
        Assert.Equal([1, 2, 4, 5], (await ReadAsync(log, TopicNames.Raw(Exchange.Binance))).SelectMany(payload => RawChunkCodec.Decode(payload).Sequences));
        var letter = Assert.Single((await ReadAsync(log, TopicNames.DeadLetters)).SelectMany(DeadLetterCodec.Decode), letter => letter.Reason == RefusedAppend.Reason);
        Assert.Equal(("connection", 3, Most), (letter.Origin, letter.Sequence, letter.OriginalLength));
        Assert.InRange(letter.Original.Length, Most / 4, Most);
        Assert.True(big.AsSpan().StartsWith(letter.Original.Span));
    }

    [Fact]
    public async Task Archiver_OfWhatTheSinkAppended_StoresFramesAndDeadLetters_AndThenCommits()
    {
        await using var log = new RefusingLog(refusals: 0);
        using var counters = new PipelineCounters();
        var warehouse = new FakeWarehouse();
        var failures = 2;
        warehouse.Fails = _ => failures-- > 0;
        var sink = new LogConnectorSink(log, new LivePump(new NoGrains()), counters, NoProtocolProbe.Instance, 4, TimeProvider.System, NullLogger.Instance);
        for (long id = 1; id <= 5; id++) await sink.AcceptAsync(Batch(id), TestContext.Current.CancellationToken);
        await sink.DisposeAsync();
        await log.AppendAsync([new LogAppend(TopicNames.Raw(Exchange.Binance), "c", 1, new byte[] { 9, 9 })], TestContext.Current.CancellationToken);

        foreach (var topic in (string[])[TopicNames.Raw(Exchange.Binance), TopicNames.DeadLetters])
        {
            await using var archiver = new RunningArchiver(log, warehouse, warehouse, topic, 0, new ArchiverOptions { Gather = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, NullLogger.Instance);
            archiver.Hurry();
            var end = await log.EndAsync(topic, 0, TestContext.Current.CancellationToken);
            while (await log.CommittedAsync(topic, 0, TestContext.Current.CancellationToken) < end) await Task.Yield();
        }

        Assert.Equal(5, warehouse.Chunks.Sum(chunk => chunk.Frames.Count));
        Assert.Equal(5, warehouse.Letters.Count(letter => letter.Reason == "broken-json"));
        Assert.Single(warehouse.Letters, letter => letter.Reason == "corrupt-log-entry");
        Assert.Equal(await log.EndAsync(TopicNames.Raw(Exchange.Binance), 0, TestContext.Current.CancellationToken), await log.CommittedAsync(TopicNames.Raw(Exchange.Binance), 0, TestContext.Current.CancellationToken));
    }

    private static async Task<List<byte[]>> ReadAsync(ILog log, string topic)
    {
        await using var reader = log.OpenReader(topic, 0, LogPosition.None);
        return [.. (await reader.ReadAsync(int.MaxValue, TimeSpan.Zero, TestContext.Current.CancellationToken)).Select(entry => entry.Payload)];
    }

    private static FrameBatch Batch(long id, params RawFrame[] frames) => new()
    {
        Exchange = Exchange.Binance,
        Origin = "connection",
        IsReplay = false,
        Frames = frames.Length > 0 ? frames : [new RawFrame(new byte[] { 1, 2, 3 }, Some.Start, id)],
        Records = [new InstrumentRecords(Some.Instrument, [LogRecord.OfTrade(Some.Trade(id, id))])],
        Rejected = [new RejectedFrame("broken-json", "not closed", new byte[] { (byte)'{' }, 1, Some.Start, id)],
        TradeFrames = 1,
        Trades = 1,
    };

    /// <summary>A log that refuses the first appends, as a full disk does.</summary>
    private sealed class RefusingLog(int refusals) : ILog
    {
        private readonly InMemoryLog _inner = new([new LogTopic(TopicNames.Trades(Exchange.Binance), 1), new LogTopic(TopicNames.Raw(Exchange.Binance), 1), new LogTopic(TopicNames.DeadLetters, 1)]);

        public int Refused { get; private set; }

        public int MostBytes { get; init; } = int.MaxValue;

        public IReadOnlyList<LogTopic> Topics => _inner.Topics;

        public int PartitionOf(string topic, string key) => _inner.PartitionOf(topic, key);

        public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
        {
            if (batches.Any(batch => batch.Payload.Length > MostBytes)) throw new ArgumentException("too large", nameof(batches));
            if (Refused == refusals) return _inner.AppendAsync(batches, cancellationToken);
            Refused++;
            throw new K2Exception("disk full", isTransient: true);
        }

        public ILogReader OpenReader(string topic, int partition, LogPosition from) => _inner.OpenReader(topic, partition, from);

        public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => _inner.EarliestAsync(topic, partition, cancellationToken);

        public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => _inner.EndAsync(topic, partition, cancellationToken);

        public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) => _inner.CommittedAsync(topic, partition, cancellationToken);

        public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken) => _inner.CommitAsync(topic, partition, next, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
