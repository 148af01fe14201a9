using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Warehouse.Tests;

public sealed class RawFrameIndexTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task FindAsync_ChunksOfSeveralOrigins_ReturnsThoseOfTheRange()
    {
        var cancel = TestContext.Current.CancellationToken;
        await engine.Host.Writer.WriteRawAsync([Chunk("a'b", 1, 2, 9), Chunk("a'b", 4, 5), Chunk("other", 3)], cancel);

        Assert.Equal([2L, 4, 5, 9], (await engine.Host.RawFrames.FindAsync(Exchange.Binance, "a'b", 2, 9, cancel)).Order());
        Assert.Equal([4L], (await engine.Host.RawFrames.FindAsync(Exchange.Binance, "a'b", 3, 4, cancel)).Order());
        Assert.Empty(await engine.Host.RawFrames.FindAsync(Exchange.Kraken, "a'b", 1, 9, cancel));
        Assert.Empty(await engine.Host.RawFrames.FindAsync(Exchange.Binance, "none", 1, 9, cancel));
    }

    private static RawChunk Chunk(string origin, params long[] numbers) => new()
    {
        Exchange = Exchange.Binance,
        Origin = origin,
        IsReplay = false,
        Sequences = numbers,
        ReceivedTimes = [.. numbers.Select(number => new Timestamp(number))],
        Frames = [.. numbers.Select(number => new ReadOnlyMemory<byte>([(byte)number]))],
    };
}
