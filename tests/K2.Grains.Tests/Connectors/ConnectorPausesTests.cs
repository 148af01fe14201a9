using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.TestKit;
using K2.TestKit.Warehouse;

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

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task NoteAsync_IsLaterThanTheNoteBefore_WhateverTheClockOfItsSilo(int secondsAhead)
    {
        var warehouse = new InMemoryWarehouse();
        var before = Timestamp.From(_time.GetUtcNow().AddSeconds(secondsAhead));

        await new ConnectorPauses(warehouse, new OneNote("paused", before), _time).NoteAsync(Exchange.Kraken, false);

        var note = Assert.Single(warehouse.Audits);
        Assert.Equal(("connector", "kraken", "resumed"), (note.Check, note.Subject, note.Outcome));
        Assert.True(note.At > before && note.At >= Timestamp.From(_time.GetUtcNow()), $"{note.At}");
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

    private sealed class OneNote(string? outcome, Timestamp at = default) : IAuditReader
    {
        public Task<(string Outcome, Timestamp At)?> LatestAsync(string check, string subject, CancellationToken cancellationToken) =>
            Task.FromResult<(string, Timestamp)?>((check, subject) == ("connector", "kraken") && outcome is not null ? (outcome, at) : null);
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
