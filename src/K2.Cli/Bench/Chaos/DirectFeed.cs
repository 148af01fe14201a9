using K2.Abstractions.Log;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Cli.Bench.Chaos;

/// <summary>
/// Writes trades of one exchange into the log as connectors do, and keeps a ledger of them: nothing heals what the platform loses behind the log. Some
/// trades come late, up to hours of the data's clock, some come twice or oftener. The data's clock runs faster, so that windows of all
/// timeframes close and late trades meet candles that have left memory.
/// </summary>
internal sealed class DirectFeed
{
    /// <summary>How much faster the data's clock runs.</summary>
    public const int ClockFactor = 120;

    private const int LateRunPercent = 4;
    private const int RepeatPercent = 4;
    private const int MostRepeated = 30;
    private const long MicrosecondsPerSecond = 1_000_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // From a late packet to a day's backfill, in the data's clock.
    private static readonly long[] Delays = [MicrosecondsPerSecond, 10 * MicrosecondsPerSecond, 120 * MicrosecondsPerSecond, 1200 * MicrosecondsPerSecond, 7200 * MicrosecondsPerSecond];
    private readonly ILog _log;
    private readonly Func<string, bool> _mayAppend;
    private readonly Action<string, LogPosition> _appended;
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly List<FedSymbol> _symbols;
    private readonly int _tradesPerSecond;
    private readonly string _topic;
    private readonly DateTimeOffset _begin;
    private readonly long _origin;

    public DirectFeed(ILog log, Exchange exchange, InstrumentTable instruments, int tradesPerSecond, int seed, Func<string, bool> mayAppend, Action<string, LogPosition> appended, TimeProvider time)
    {
        _log = log;
        _topic = TopicNames.Trades(exchange);
        _mayAppend = mayAppend;
        _appended = appended;
        _random = new Random(seed);
        _time = time;
        _tradesPerSecond = tradesPerSecond;

        // Days ago, so that the faster clock does not overtake the real one.
        _begin = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date.AddDays(-14), TimeSpan.Zero);
        _origin = time.GetTimestamp();
        _symbols = [.. instruments.All.Where(instrument => instrument.Id.Exchange == exchange).Select(instrument => new FedSymbol(instrument, 1000 + _random.Next(1_000_000), 1_000_000_000L + _random.Next(1_000_000_000)))];
    }

    /// <summary>Each symbol with all its trades.</summary>
    public IReadOnlyList<FedSymbol> Symbols => _symbols;

    public long Made => _symbols.Sum(symbol => (long)symbol.Ledger.Count);

    public long Late { get; private set; }

    public long Repeated { get; private set; }

    /// <summary>Ticks of a symbol that were left out because its partition had enough to do.</summary>
    public long Held { get; private set; }

    /// <summary>Feeds until it is cancelled, and then what was held back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await AppendAsync(Now(), last: false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await AppendAsync(Now(), last: true);
        }
    }

    private long Now() => Timestamp.From(_begin + (_time.GetElapsedTime(_origin) * ClockFactor)).Microseconds;

    private async Task AppendAsync(long now, bool last)
    {
        var appends = new List<LogAppend>();
        var shares = _symbols.Sum(symbol => symbol.Weight);
        foreach (var symbol in _symbols)
        {
            if (!last && !_mayAppend(symbol.Key))
            {
                Held++;
                continue;
            }

            var records = new List<LogRecord>();
            var count = last ? 1 : Math.Max(1, (int)(_tradesPerSecond * Tick.TotalSeconds * symbol.Weight / shares));
            foreach (var trade in symbol.Make(count, now, _random))
            {
                if (_random.Next(100) < LateRunPercent && !last) symbol.HoldBack(trade, now + Delays[_random.Next(Delays.Length)]);
                else records.Add(LogRecord.OfTrade(trade.ToTrade()));
            }

            foreach (var late in symbol.TakeDue(last ? long.MaxValue : now))
            {
                Late++;
                records.Add(LogRecord.OfTrade(late.ToTrade()));
            }

            if (_random.Next(100) < RepeatPercent && symbol.Ledger.Count > MostRepeated)
            {
                var first = _random.Next(symbol.Ledger.Count - MostRepeated);
                foreach (var known in symbol.Sent(first, 1 + _random.Next(MostRepeated)))
                {
                    Repeated++;
                    records.Add(LogRecord.OfTrade(known.ToTrade()));
                }
            }

            records.Add(LogRecord.OfWatermark(new Timestamp(now)));
            appends.Add(new LogAppend(_topic, symbol.Key, records.Count, RecordCodec.Encode(symbol.Instrument, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(records))));
        }

        while (appends.Count > 0)
        {
            try
            {
                var positions = await _log.AppendAsync(appends, CancellationToken.None);
                for (var i = 0; i < appends.Count; i++) _appended(appends[i].Key, positions[i].Plus(appends[i].RecordCount));
                return;
            }
            catch (Exception failure) when (failure is not ObjectDisposedException)
            {
                // A broker is away: all of them again, as connectors do.
                await Task.Delay(Tick, _time);
            }
        }
    }
}
