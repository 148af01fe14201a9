using System.Net;
using System.Text;
using K2.Abstractions;
using K2.Domain.Instruments;
using K2.TestKit;
using K2.TestKit.Warehouse;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Warehouse.Tests.Writing;

/// <summary>
/// What symbols see of each other in the silo's one writer. Their flushes go out together, one group after the other: an insert that takes long holds all
/// symbols of the silo, one that ClickHouse refuses, with its dead letter, fails its own caller.
/// </summary>
public sealed class SharedFlushTests : IAsyncDisposable
{
    private static readonly Instrument First = WarehouseSamples.Named("T1");
    private static readonly Instrument Second = WarehouseSamples.Named("T2");
    private readonly FakeClickHouse _server = new();
    private readonly ArmedTimeProvider _time = new();
    private readonly WriterOverHttp _rig;
    private readonly ClickHouseWarehouseWriter _writer;

    public SharedFlushTests()
    {
        _rig = new WriterOverHttp(_server, new WarehouseOptions(), _time, NullLogger.Instance);
        _writer = _rig.Writer;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Write_WhileAnotherSymbolsInsertIsHeld_WaitsForIt()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Holds = symbol =>
        {
            if (symbol != "T1") return Task.CompletedTask;
            arrived.TrySetResult();
            return gate.Task;
        };
        var slow = await StartAsync(First);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(15), Token);

        var other = _writer.WriteAsync(Flush(Second), Token);
        Assert.False(other.IsCompleted);
        Assert.DoesNotContain("T2", _server.Symbols);

        // Once it is through, the next group gathers and goes.
        var lingers = _time.WhenArmed(_ => true);
        gate.SetResult();
        await slow;
        _time.Advance(await lingers);
        await other;
        Assert.Equal(["T1", "T1", "T2", "T2"], _server.Symbols);
    }

    [Fact]
    public async Task Write_OneSymbolIsRefused_OnlyItsCallerFails()
    {
        _server.Refuses = "T1";

        var (refused, other) = await WriteTogetherAsync(Flush(First), Flush(Second));

        var failure = await Assert.ThrowsAsync<K2Exception>(() => refused);
        Assert.False(failure.IsTransient);
        await other;
        Assert.Equal(2, _server.Stored.Count(symbol => symbol == "T2"));
    }

    [Fact]
    public async Task Write_OneSymbolsRowsHaveNoStoredForm_TheyAreLeftOut()
    {
        var candle = WarehouseSamples.Candle(First, 1, 1) with { Volume = Int128.MaxValue };

        var (impossible, other) = await WriteTogetherAsync(WarehouseSamples.Flush(First, 1, candles: [candle]), Flush(Second));

        await impossible;
        await other;
        Assert.Equal(2, _server.Stored.Count(symbol => symbol == "T1"));
        Assert.Equal(2, _server.Stored.Count(symbol => symbol == "T2"));
    }

    private static Abstractions.Warehouse.SymbolFlush Flush(Instrument instrument) => WarehouseSamples.Flush(instrument, 1, [WarehouseSamples.Trade(1, 1, 1)]);

    private async Task<Task> StartAsync(Instrument instrument)
    {
        var lingers = _time.WhenArmed(_ => true);
        var write = _writer.WriteAsync(Flush(instrument), Token);
        _time.Advance(await lingers);
        return write;
    }

    /// <summary>Has two flushes go out in one group: the second comes while the writer waits for more.</summary>
    private async Task<(Task First, Task Second)> WriteTogetherAsync(Abstractions.Warehouse.SymbolFlush first, Abstractions.Warehouse.SymbolFlush second)
    {
        var lingers = _time.WhenArmed(_ => true);
        var one = _writer.WriteAsync(first, Token);
        var wait = await lingers;
        var two = _writer.WriteAsync(second, Token);
        _time.Advance(wait);
        return (one, two);
    }

    /// <summary>ClickHouse's HTTP front as far as inserts go; symbols are found in what is inserted. Thread-safe.</summary>
    private sealed class FakeClickHouse : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly List<string> _symbols = [];
        private readonly List<string> _stored = [];

        public Func<string, Task> Holds { get; set; } = _ => Task.CompletedTask;

        public string? Refuses { get; set; }

        /// <summary>The symbol of each insert that came, in order; of several only the first.</summary>
        public IReadOnlyList<string> Symbols
        {
            get
            {
                lock (_gate) return [.. _symbols];
            }
        }

        /// <summary>The symbols of what was taken.</summary>
        public IReadOnlyList<string> Stored
        {
            get
            {
                lock (_gate) return [.. _stored];
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : Encoding.Latin1.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            var symbols = new[] { "T1", "T2" }.Where(symbol => body.Contains(symbol + "/USDT", StringComparison.Ordinal)).ToList();
            lock (_gate) _symbols.AddRange(symbols.Take(1));
            foreach (var symbol in symbols) await Holds(symbol);
            if (Refuses is { } refused && symbols.Contains(refused))
            {
                var answer = new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("Code: 117. DB::Exception: a row that the table refuses. (INCORRECT_DATA)\n") };
                answer.Headers.Add("X-ClickHouse-Exception-Code", "117");
                return answer;
            }

            lock (_gate) _stored.AddRange(symbols);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("") };
        }
    }
}
