using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Api.Tests.Hosting;

/// <summary>Cold tables with two states: the first holds some of the samples, the second all of them. Candles of other timeframes than 1m were never exported.</summary>
internal sealed class FakeCold : IColdReader
{
    public const long First = 7_543_973_955_931_708_879;
    public const long Second = 12;
    public const int FirstRows = 10;
    public static readonly DateTimeOffset FirstAt = new(2024, 8, 10, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset SecondAt = FirstAt.AddMinutes(15);
    private readonly FakeWarehouse _first = FakeWarehouse.WithSamples();
    private readonly FakeWarehouse _second = FakeWarehouse.WithSamples();

    public FakeCold()
    {
        _first.Trades.RemoveRange(FirstRows, _first.Trades.Count - FirstRows);
        _first.Candles.RemoveRange(FirstRows, _first.Candles.Count - FirstRows);
    }

    public Task<long> FindSnapshotAsync(ColdTable table, ColdMoment moment, CancellationToken cancellationToken)
    {
        if (table.Layer == ColdLayer.Gold && table.Timeframe != Timeframe.OneMinute) throw new UnknownSnapshotException(table.Name, moment, isExported: false);
        return Task.FromResult(moment switch
        {
            { SnapshotId: First or Second } => moment.SnapshotId!.Value,
            { SnapshotId: null } when moment.At >= Timestamp.From(SecondAt) => Second,
            { SnapshotId: null } when moment.At >= Timestamp.From(FirstAt) => First,
            _ => throw new UnknownSnapshotException(table.Name, moment, isExported: true),
        });
    }

    public IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, long? snapshotId, CancellationToken cancellationToken) => Rows(snapshotId).ReadTradesAsync(query, cancellationToken);

    public IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, long? snapshotId, CancellationToken cancellationToken) => Rows(snapshotId).ReadCandlesAsync(query, cancellationToken);

    private FakeWarehouse Rows(long? snapshotId) => snapshotId == First ? _first : _second;
}
