using K2.Engine;
using Microsoft.Extensions.Time.Testing;

namespace K2.Warehouse.Tests;

/// <summary>Merges stop while the disk is nearly full.</summary>
public sealed class DiskGuardTests
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _statements = [];
    private long _free = 1000;

    [Fact]
    public async Task Look_LittleFree_StopsMergesOnceAndStartsThemWhenThereIsSpace()
    {
        await using var guard = new DiskGuard(_statements.Add, () => _free, 500, _time);
        _time.Advance(Look);
        Assert.Empty(_statements);

        _free = 499;
        _time.Advance(3 * Look);
        Assert.Equal(["SYSTEM STOP MERGES"], _statements);
        Assert.True(guard.IsStopped);

        _free = 500;
        _time.Advance(3 * Look);
        Assert.Equal(["SYSTEM STOP MERGES", "SYSTEM START MERGES"], _statements);
        Assert.False(guard.IsStopped);
    }

    [Fact]
    public async Task Look_EngineRefuses_TriesAgain()
    {
        var failures = 2;
        await using var guard = new DiskGuard(Run, () => 0, 500, _time);
        _time.Advance(3 * Look);

        Assert.Equal(["SYSTEM STOP MERGES"], _statements);
        Assert.True(guard.IsStopped);

        void Run(string statement)
        {
            if (failures-- > 0) throw new EngineException("busy");
            _statements.Add(statement);
        }
    }
}
