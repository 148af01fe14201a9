using System.Globalization;

namespace K2.EndToEnd.Tests.Running;

/// <summary>Inserts rows with keys of its own, a block at a time, and counts what was acknowledged.</summary>
internal sealed class RowWriter(RunningEngine engine, string table, int number, int writers)
{
    private const int Block = 20;
    private long _blocks;

    /// <summary>Rows of which the engine said that it has them.</summary>
    public long Acknowledged { get; private set; }

    public async Task WriteAsync(int rounds)
    {
        for (var i = 0; i < rounds; i++) Assert.True(await TryAsync(), "the engine refuses rows although there is space");
    }

    /// <summary>Goes on until the engine refuses a block for lack of space; that block is sent again by what follows.</summary>
    public async Task UntilRefusedAsync()
    {
        while (await TryAsync())
        {
        }
    }

    private async Task<bool> TryAsync()
    {
        var first = ((_blocks * writers) + number) * Block;
        var rows = string.Join(',', Enumerable.Range(0, Block).Select(i => string.Create(CultureInfo.InvariantCulture, $"({first + i},'{new string('x', 40)}{(first + i) * 7919}')")));
        var (isDone, text) = await engine.TryAsync($"INSERT INTO {table} VALUES {rows}");
        if (!isDone)
        {
            Assert.Contains("NOT_ENOUGH_SPACE", text, StringComparison.Ordinal);
            return false;
        }

        _blocks++;
        Acknowledged += Block;
        return true;
    }
}
