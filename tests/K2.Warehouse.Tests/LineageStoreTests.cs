using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using static K2.TestKit.Warehouse.WarehouseSamples;

namespace K2.Warehouse.Tests;

/// <summary>Raw frames for a rebuild: all of them over many reads, and none of others.</summary>
public sealed class LineageStoreTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const int Chunks = 100;
    private static readonly FrameQuery Query = new(Exchange.Kraken, "BTC/USD", "-rest-", "/BTC/USD", At(0), At(60));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_OfManyChunksOriginsAndTimes_AreThoseOfTheQueryOnce()
    {
        var near = Enumerable.Range(0, Chunks).SelectMany(chunk => (RawChunk[])[Chunk("a", chunk, chunk / 2, "BTC/USD live", "ETH/USD live"), Chunk("b", chunk, chunk / 2, "BTC/USD live")]);
        RawChunk[] others =
        [
            Chunk("a", 500, 3_600, "BTC/USD too late"), Chunk("c", 0, -3_600, "BTC/USD too early"),
            Chunk("run-rest-1/BTC/USD", 0, 90_000, "a page"), Chunk("run-rest-1/ETH/USD", 0, 10, "BTC/USD in another's page"),
            Chunk("d", 0, 90_000, "\"snapshot\" BTC/USD", "\"snapshot\" ETH/USD", "BTC/USD live"), Chunk("d-rest-1/BTC/USD", 0, 90_000, "\"snapshot\" BTC/USD page"),
        ];
        await engine.Host.Writer.WriteRawAsync([.. near, .. others], Token);

        var frames = await engine.Host.Lineage.ReadFramesAsync(Query, Token).ToListAsync(Token);
        var later = await engine.Host.Lineage.ReadLaterSnapshotsAsync(Query, Token).ToListAsync(Token);

        var expected = Enumerable.Range(0, Chunks).SelectMany(chunk => (string[])[$"a {chunk * 10} BTC/USD live", $"b {chunk * 10} BTC/USD live"]).Append("run-rest-1/BTC/USD 0 a page").Append("d-rest-1/BTC/USD 0 \"snapshot\" BTC/USD page");
        Assert.Equal(expected.Order(StringComparer.Ordinal), frames.Select(Row).Order(StringComparer.Ordinal));
        Assert.Equal("d 0 \"snapshot\" BTC/USD", Row(Assert.Single(later)));
    }

    private static string Row(StoredFrame frame) => $"{frame.Origin} {frame.Sequence} {Encoding.UTF8.GetString(frame.Bytes)}";

    private static RawChunk Chunk(string origin, int number, long second, params string[] frames) => new()
    {
        Exchange = Exchange.Kraken,
        Origin = origin,
        IsReplay = false,
        Sequences = [.. frames.Select((_, index) => (number * 10L) + index)],
        ReceivedTimes = [.. frames.Select(_ => At(second))],
        Frames = [.. frames.Select(frame => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(frame))],
    };
}
