using K2.ColdTier;
using K2.Domain.Instruments;
using K2.EndToEnd.Tests.Running;
using K2.Silo;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>A process whose exports are done by others finds a store that was away at its start.</summary>
public sealed class ColdOpeningTests
{
    [Fact]
    public async Task StoreThatComesBack_IsOpenedWithoutAnExport_AndThenNotAskedAgain()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var tables = Path.Combine(folder.Path, "tables");
        await File.WriteAllTextAsync(tables, "no folder", token);
        var time = new ArmedTimeProvider();
        using var cold = new LazyColdTier(
            new ColdOptions { Folder = tables, TemporaryFolder = Path.Combine(folder.Path, "tmp") }, null!, () => throw new InvalidOperationException("no log"), [Exchange.Binance], RunningSilo.Instruments, time);
        Assert.NotNull(await cold.TryOpenAsync(token));
        using var opening = new ColdOpening(cold, time);
        var armed = time.WhenArmed(due => due == ColdOpening.Period);
        await opening.StartAsync(token);
        await armed;

        time.Advance(ColdOpening.Period);
        Assert.NotNull(cold.Problem);
        File.Delete(tables);
        time.Advance(ColdOpening.Period);
        await opening.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30), token);

        Assert.Null(cold.Problem);
        await opening.StopAsync(token);
    }
}
