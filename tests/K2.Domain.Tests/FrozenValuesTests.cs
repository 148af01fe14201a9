using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Tests;

/// <summary>These numbers stand in logs, checkpoints and tables: a changed one would silently change the meaning of stored rows.</summary>
public sealed class FrozenValuesTests
{
    [Fact]
    public void GapCause_Values_AreFrozen() => Frozen<GapCause>("Unknown=0 IdJump=1 SequenceJump=2 Reconnect=3 Restart=4 History=5");

    [Fact]
    public void GapReason_Values_AreFrozen() => Frozen<GapReason>("None=0 NotServed=1 TooLarge=2 IdsRestarted=3 NotRequested=4");

    [Fact]
    public void GapState_Values_AreFrozen() => Frozen<GapState>("Unknown=0 Open=1 Filled=2 Unfillable=3");

    [Fact]
    public void RecordKind_Values_AreFrozen() => Frozen<RecordKind>("Unknown=0 Trade=1 Watermark=2 GapOpened=3 GapClosed=4 TradeIdsRestarted=5 GapGivenUp=6 Rebuild=7 RestoredTrade=8");

    [Fact]
    public void TradeKind_Values_AreFrozen() => Frozen<TradeKind>("Unknown=0 Single=1 Aggregate=2");

    [Fact]
    public void TradeSource_Values_AreFrozen() => Frozen<TradeSource>("Unknown=0 Live=1 Snapshot=2 Backfill=3 Replay=4 Simulated=5");

    [Fact]
    public void TakerSide_Values_AreFrozen() => Frozen<TakerSide>("Unknown=0 Buy=1 Sell=2");

    [Fact]
    public void Exchange_Values_AreFrozen() => Frozen<Exchange>("Unknown=0 Binance=1 Kraken=2 Coinbase=3");

    [Fact]
    public void Timeframe_Values_AreFrozen() => Frozen<Timeframe>("Unknown=0 OneMinute=1 FiveMinutes=2 FifteenMinutes=3 ThirtyMinutes=4 OneHour=5 OneDay=6");

    [Fact]
    public void Completeness_Values_AreFrozen() => Frozen<Completeness>("Unknown=0 No=1 Yes=2");

    private static void Frozen<T>(string expected)
        where T : struct, Enum
    {
        Assert.Equal(typeof(byte), Enum.GetUnderlyingType(typeof(T)));
        Assert.Equal(expected, string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={value:D}")));
    }
}
