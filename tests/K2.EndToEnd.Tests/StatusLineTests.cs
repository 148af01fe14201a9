using K2.Abstractions;
using K2.Silo;

namespace K2.EndToEnd.Tests;

public sealed class StatusLineTests
{
    [Fact]
    public async Task Lag_LogIsAway_IsUnknown_AndEndsNothing()
    {
        Assert.Equal("of unknown", await StatusLine.LagAsync(() => throw new K2Exception("offsets cannot be read", true)));
        Assert.Equal("12", await StatusLine.LagAsync(() => Task.FromResult(12L)));
    }
}
