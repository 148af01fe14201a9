using K2.Domain.Instruments;
using K2.Warehouse;

namespace K2.ColdTier.Tests.Export;

/// <summary>One engine for all tests of a class: emptied before each, which takes a fraction of a start.</summary>
public sealed class SharedEngine : IAsyncLifetime
{
    private WarehouseHost? _host;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Returns the engine without a row. All tests of a class know the same instruments.</summary>
    internal async Task<WarehouseHost> EmptyAsync(InstrumentTable instruments)
    {
        if (_host is null) return _host = await ColdWorld.StartHostAsync(instruments);

        // With a table's parts goes what it remembers of blocks that came before: the next test may insert the same ones.
        using var answer = new MemoryStream();
        await _host.QueryRawAsync("SELECT name FROM system.tables WHERE database = 'k2' AND engine LIKE '%MergeTree' AND total_rows > 0 AND NOT startsWith(name, 'schema_') FORMAT TSV", answer, default);
        foreach (var table in System.Text.Encoding.UTF8.GetString(answer.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)) await _host.QueryRawAsync($"TRUNCATE TABLE k2.{table}", Stream.Null, default);
        return _host;
    }
}
