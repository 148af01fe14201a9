using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Cli.Bench.Cold;
using K2.TestKit.Cold;

namespace K2.EndToEnd.Tests;

/// <summary>The source of <c>k2 bench cold</c> promises what the warehouse does: else the bench would prove something about a world of its own.</summary>
public sealed class LedgerSourceTests : ColdSourceConformance
{
    protected override IReadOnlyList<ColdTable> Tables => ColdLedger.Tables;

    protected override IColdSource Source()
    {
        var ledger = new ColdLedger(7);
        for (var round = 0; round < 40; round++) ledger.Advance();
        return new LedgerSource(ledger);
    }
}
