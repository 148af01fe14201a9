using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Grains.Lineage;

namespace K2.Grains.Cold;

/// <summary>Brings days back from the cold tier. Without one (null) nothing was ever dropped, and there is nothing to bring.</summary>
internal sealed class ColdDayKeeper(IColdTier? cold, IRetention retention, TimeProvider time) : IDayKeeper
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Returns which of the warehouse's tables a cold table's rows are from.</summary>
    /// <exception cref="ArgumentException">It is a table of frames.</exception>
    public static RetainedTable RetainedOf(ColdTable table) => table.Layer switch
    {
        ColdLayer.Silver => RetainedTable.Silver,
        ColdLayer.Gold => RetainedTable.Candles,
        ColdLayer.History => RetainedTable.CandleRevisions,
        _ => throw new ArgumentException($"{table.Name} cannot be restored: trades, candles and their history can"),
    };

    public async Task<string?> BringBackAsync(Exchange exchange, Timestamp day, CancellationToken cancellationToken)
    {
        if (cold is null) return null;
        var number = (int)(day.Microseconds / Timeframe.OneDay.LengthMicroseconds());
        foreach (var table in ColdTables.Restorable.DistinctBy(RetainedOf)) await retention.HoldAsync(RetainedOf(table), number, number + 1, cancellationToken);
        if (await WhenFreeAsync(() => cold.DifferenceAsync(ColdTables.SilverTrades, number, exchange.ToName(), cancellationToken), cancellationToken) is null) return null;
        foreach (var table in ColdTables.Restorable) await WhenFreeAsync(() => cold.RestoreAsync(table, number, number + 1, cancellationToken), cancellationToken);
        return await WhenFreeAsync(() => cold.DifferenceAsync(ColdTables.SilverTrades, number, exchange.ToName(), cancellationToken), cancellationToken);
    }

    // An export of the table may be under way, or a store away for a moment.
    private async Task<T> WhenFreeAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var start = time.GetTimestamp(); ;)
        {
            try
            {
                return await work();
            }
            catch (K2Exception failure) when (failure.IsTransient && time.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }
}
