using System.Runtime.CompilerServices;
using System.Text;

namespace K2.Simulator.Synthetic;

/// <summary>
/// An endless feed of invented Binance <c>@trade</c> frames: a pure function of its options. Ids are contiguous for each symbol and begin
/// with a number made from the start time, so that a feed started later never repeats an id of an earlier one.
/// </summary>
public sealed class SyntheticFeed : IFrameSource
{
    private const int MaxTradesPerSecond = 100_000;
    private const int MillisecondsPerSecond = 1000;
    private const int BurstPercent = 30;
    private const int FrameRoom = 512;
    private const int BlockRoom = 1024;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long PriceUnit = 100_000_000;

    private readonly SyntheticFeedOptions _options;

    /// <summary>Makes a feed.</summary>
    /// <exception cref="ArgumentException">There is no symbol, or the rate is out of range.</exception>
    public SyntheticFeed(SyntheticFeedOptions options)
    {
        if (options.Symbols.Count == 0) throw new ArgumentException("no symbol", nameof(options));
        if (options.TradesPerSecond is < 1 or > MaxTradesPerSecond) throw new ArgumentException($"1 to {MaxTradesPerSecond} trades a second, not {options.TradesPerSecond}", nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public string Name => $"synthetic-{_options.Seed}-{_options.Start.Microseconds}";

    /// <inheritdoc/>
    public bool IsContinuous => true;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var random = new SplitMix(_options.Seed);
        var startMs = _options.Start.Microseconds / MillisecondsPerSecond;

        // Twice the mean rate: no symbol makes ids faster than that for long.
        var firstId = startMs / MillisecondsPerSecond * _options.TradesPerSecond * 2;
        var symbols = _options.Symbols.Select(s => new SyntheticSymbol(s, firstId)).ToArray();
        long line = 0;
        for (var timeMs = startMs; ; timeMs++)
        {
            // One block for each millisecond with trades: a paced replay must not wait for a block to fill.
            FrameBlock? block = null;
            for (var left = TradesInMillisecond(random); left > 0; left--)
            {
                if (line == _options.MaxFrames) break;
                block ??= new FrameBlock(BlockRoom);
                Write(block, Choose(symbols, random), timeMs, ++line, random);
            }

            if (block is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return block;
            }

            if (line == _options.MaxFrames) yield break;
        }
    }

    // Trades come in bursts: three in ten bring another one in the same millisecond, so that bursts start at 70 % of the wanted rate.
    private int TradesInMillisecond(SplitMix random)
    {
        var perThousandSeconds = _options.TradesPerSecond * MillisecondsPerSecond / 100 * (100 - BurstPercent);
        var count = perThousandSeconds / (MillisecondsPerSecond * MillisecondsPerSecond);
        var rest = perThousandSeconds % (MillisecondsPerSecond * MillisecondsPerSecond);
        if (random.Below(MillisecondsPerSecond * MillisecondsPerSecond) < rest) count++;

        var total = count;
        for (var i = 0; i < count; i++)
        {
            while (random.Below(100) < BurstPercent) total++;
        }

        return total;
    }

    // Each symbol trades about half as much as the one before it, and none less than a little.
    private static SyntheticSymbol Choose(SyntheticSymbol[] symbols, SplitMix random)
    {
        for (var i = 0; i < symbols.Length - 1; i++)
        {
            if (random.Below(100) < 40) return symbols[i];
        }

        return symbols[random.Below(symbols.Length)];
    }

    private static void Write(FrameBlock block, SyntheticSymbol symbol, long timeMs, long line, SplitMix random)
    {
        var (id, price, quantity, buyerIsMaker) = symbol.Trade(random);
        var eventMs = timeMs + random.Below(2);
        var receivedNs = (timeMs + 2) * NanosecondsPerMillisecond;
        FormattableString frame =
            $"{{\"stream\":\"{symbol.LowerCase}@trade\",\"data\":{{\"e\":\"trade\",\"E\":{eventMs},\"s\":\"{symbol.Native}\",\"t\":{id},\"p\":\"{price / PriceUnit}.{price % PriceUnit:D8}\",\"q\":\"{quantity / PriceUnit}.{quantity % PriceUnit:D8}\",\"T\":{timeMs},\"m\":{(buyerIsMaker ? "true" : "false")},\"M\":true}}}}";
        var length = Encoding.ASCII.GetBytes(FormattableString.Invariant(frame), block.Reserve(FrameRoom));
        block.Commit(length, line, receivedNs);
    }
}
