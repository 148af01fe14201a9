using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain.Instruments;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Export;

public sealed class ClickHouseColdSourceTests(ClickHouseColdSourceTests.World world) : ColdSourceConformance, IClassFixture<ClickHouseColdSourceTests.World>
{
    protected override IReadOnlyList<ColdTable> Tables => ColdTables.All;

    protected override IColdSource Source()
    {
        Assert.SkipWhen(world.Source is null, "the embedded engine's library is not in the cache: install npm and build again");
        return world.Source!;
    }

    /// <summary>Four symbols over four days, one of which has no trades, with late ones and frames.</summary>
    public sealed class World : IAsyncLifetime
    {
        private static readonly DateTime Day = new(2026, 3, 1, 22, 0, 0, DateTimeKind.Utc);
        private ColdWorld? _world;

        public IColdSource? Source => _world?.Host.Cold;

        public async ValueTask InitializeAsync()
        {
            if (!ColdWorld.HasEngine) return;
            _world = await ColdWorld.StartAsync();
            foreach (var symbol in ColdWorld.Symbols)
            {
                await _world.TradesAsync(symbol, 60, Day, 60);
                await _world.TradesAsync(symbol, 200, Day.AddDays(2), 60);
            }

            await _world.TradesAsync(ColdWorld.Symbols[0], 10, Day.AddMinutes(5), 7);
            foreach (var exchange in ExchangeNames.All)
            {
                await _world.FramesAsync(exchange, 40, Day.AddHours(2).AddSeconds(-20));
                await _world.FramesAsync(exchange, 10, Day.AddDays(2));
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_world is not null) await _world.DisposeAsync();
        }
    }
}
