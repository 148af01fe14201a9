using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.TestKit;

namespace K2.Grains.Tests.Connectors;

public sealed class ConnectorPausesTests
{
    private readonly ArmedTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, false)]
    [InlineData("resumed", false)]
    [InlineData("paused", true)]
    public async Task IsPausedAsync_IsWhatTheLatestNoteSays(string? latest, bool isPaused)
    {
        var pauses = new ConnectorPauses(new HangingWriter(), new OneNote(latest), _time);

        Assert.Equal(isPaused, await pauses.IsPausedAsync(Exchange.Kraken, Token));
    }

    [Fact]
    public async Task NoteAsync_ClickHouseAway_SaysThatThePauseIsNotKept()
    {
        var pauses = new ConnectorPauses(new HangingWriter(), new OneNote(null), _time);
        var armed = _time.WhenArmed(due => due == ConnectorPauses.Limit);

        var noting = pauses.NoteAsync(Exchange.Kraken, true);
        await armed;
        _time.Advance(ConnectorPauses.Limit);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => noting);
        Assert.StartsWith("kraken is paused, but ClickHouse did not take a note of it", failure.Message, StringComparison.Ordinal);
    }

    private sealed class OneNote(string? outcome) : IAuditReader
    {
        public Task<string?> LatestOutcomeAsync(string check, string subject, CancellationToken cancellationToken) => Task.FromResult((check, subject) == ("connector", "kraken") ? outcome : null);
    }

    /// <summary>Waits for ClickHouse, as the real one does while it is away.</summary>
    private sealed class HangingWriter : IWarehouseWriter
    {
        public Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
