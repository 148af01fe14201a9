using System.Globalization;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.TestKit;
using K2.Warehouse.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Warehouse.Tests;

/// <summary>The lock of migrations on a real engine.</summary>
public sealed class SchemaLockTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private ClickHouseClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ClickHouseClient Client => _client ??= new ClickHouseClient(new ClickHouseClientSettings { Host = engine.Host.Url.Host, Port = (ushort)engine.Host.Url.Port, Protocol = "http" });

    public void Dispose() => _client?.Dispose();

    [Fact]
    public async Task AcquireAsync_ManyAtOnce_OneAtATime()
    {
        var inside = 0;
        var most = 0;
        var passed = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var held = Lock("k2.lock_many", TimeProvider.System);
            await held.AcquireAsync(Token);
            var now = Interlocked.Increment(ref inside);
            most = Math.Max(most, now);
            Assert.True(await held.RenewAsync(Token));
            Interlocked.Increment(ref passed);
            Interlocked.Decrement(ref inside);
            await held.ReleaseAsync();
        }));

        Assert.Equal(1, most);
        Assert.Equal(6, passed);
        Assert.Equal(1L, await CountAsync("SELECT count() FROM system.tables WHERE database = 'k2' AND startsWith(name, 'lock_many')"));
    }

    [Fact]
    public async Task AcquireAsync_HolderDied_IsTakenOverAfterTheLease_AndTheDeadOneSeesIt()
    {
        var time = new ArmedTimeProvider();
        var dead = Lock("k2.lock_dead", time);
        await dead.AcquireAsync(Token);
        var polls = time.WhenArmed(_ => true);
        var next = Lock("k2.lock_dead", time);
        var acquired = next.AcquireAsync(Token);

        for (var waited = TimeSpan.Zero; waited < SchemaLock.Lease;)
        {
            var poll = await polls;
            Assert.False(acquired.IsCompleted);
            waited += poll;
            polls = waited < SchemaLock.Lease ? time.WhenArmed(_ => true) : polls;
            time.Advance(poll);
        }

        await acquired.WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.False(await dead.RenewAsync(Token));
        Assert.True(await next.RenewAsync(Token));
    }

    [Fact]
    public async Task AcquireAsync_HolderThatWorks_IsWaitedForBeyondTheLease()
    {
        var time = new ArmedTimeProvider();
        var holder = Lock("k2.lock_busy", time);
        await holder.AcquireAsync(Token);
        var polls = time.WhenArmed(_ => true);
        var waiting = Lock("k2.lock_busy", time);
        var acquired = waiting.AcquireAsync(Token);
        for (var poll = 0; poll < 4; poll++)
        {
            await polls;
            Assert.True(await holder.RenewAsync(Token));
            polls = time.WhenArmed(_ => true);
            time.Advance(SchemaLock.Lease - TimeSpan.FromSeconds(1));
        }

        await polls;
        Assert.False(acquired.IsCompleted);
        await holder.ReleaseAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await acquired.WaitAsync(TimeSpan.FromSeconds(15), Token);
    }

    [Fact]
    public async Task RunAsync_FourMigratorsOnAnEmptyDatabase_ApplyEachScriptOnce()
    {
        var scripts = await CountAsync("SELECT count() FROM k2.schema_migrations FINAL");
        await Client.ExecuteNonQueryAsync("DROP DATABASE k2", null, null, Token);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.RunAsync(Client, TimeProvider.System, NullLogger.Instance, Token)));

        Assert.Equal(scripts, await CountAsync("SELECT count() FROM k2.schema_migrations"));
        await Client.ExecuteNonQueryAsync("INSERT INTO k2.schema_migrations (name, checksum) VALUES ('K2.Warehouse.Migrations.9999-newer.sql', 'x')", null, null, Token);
        await Migrator.RunAsync(Client, TimeProvider.System, NullLogger.Instance, Token);
    }

    private SchemaLock Lock(string name, TimeProvider time) => new(Client, name, time, NullLogger.Instance);

    private async Task<long> CountAsync(string sql) => Convert.ToInt64(await Client.ExecuteScalarAsync(sql, null, null, Token), CultureInfo.InvariantCulture);
}
