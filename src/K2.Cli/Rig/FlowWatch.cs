using System.Globalization;
using K2.Domain.Instruments;

namespace K2.Cli.Rig;

/// <summary>
/// Watches a rig from outside: how long ago the newest moment is up to which every trade of every exchange stands in ClickHouse, and whether every symbol streams. One trade that is missing holds the
/// moment where it is.
/// </summary>
internal sealed class FlowWatch : IAsyncDisposable
{
    /// <summary>Above this the flow counts as disturbed. A trade takes up to a second on its way when all is well.</summary>
    public static readonly TimeSpan Normal = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly ClusterRig _rig;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<(long At, long[] Made)> _marks = [];
    private readonly List<(long At, TimeSpan Age)> _flow = [];
    private readonly List<(long At, bool Streams)> _streams = [];
    private readonly Task _watching;
    private IReadOnlyDictionary<string, long> _counted = new Dictionary<string, long>();
    private long _countedUntil;

    public FlowWatch(ClusterRig rig, TimeProvider time)
    {
        _rig = rig;
        _time = time;
        _watching = Task.WhenAll(LoopAsync(LookAtFlowAsync), LoopAsync(LookAtStreamsAsync));
    }

    /// <summary>Waits until trades have flowed and symbols have streamed undisturbed for a while; false if that does not happen in time.</summary>
    public async Task<bool> CalmAsync(TimeSpan quiet, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < limit)
        {
            await Task.Delay(Pace, _time, cancellationToken);
            lock (_lock)
            {
                var from = _time.GetTimestamp() - (long)(quiet.TotalSeconds * _time.TimestampFrequency);
                if (from < start) continue;
                var (flow, streams) = (_flow.Where(look => look.At >= from).ToList(), _streams.Where(look => look.At >= from).ToList());
                if (flow.Count > 0 && streams.Count > 0 && flow.TrueForAll(look => look.Age <= Normal) && streams.TrueForAll(look => look.Streams)) return true;
            }
        }

        return false;
    }

    /// <summary>From a moment to the last look at which the flow was disturbed; zero if it never was.</summary>
    public TimeSpan FlowDisturbed(long since)
    {
        lock (_lock) return _flow.Where(look => look.At >= since && look.Age > Normal).Select(look => _time.GetElapsedTime(since, look.At)).DefaultIfEmpty().Max();
    }

    /// <summary>From a moment to the last look at which a symbol did not stream; zero if all always did.</summary>
    public TimeSpan StreamsDisturbed(long since)
    {
        lock (_lock) return _streams.Where(look => look.At >= since && !look.Streams).Select(look => _time.GetElapsedTime(since, look.At)).DefaultIfEmpty().Max();
    }

    /// <summary>The oldest that the newest complete moment ever was since a moment.</summary>
    public TimeSpan Oldest(long since)
    {
        lock (_lock) return _flow.Where(look => look.At >= since).Select(look => look.Age).DefaultIfEmpty().Max();
    }

    /// <summary>The median age of the newest complete moment since a moment.</summary>
    public TimeSpan Usual(long since)
    {
        lock (_lock)
        {
            var ages = _flow.Where(look => look.At >= since).Select(look => look.Age).Order().ToList();
            return ages.Count == 0 ? TimeSpan.Zero : ages[ages.Count / 2];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task LoopAsync(Func<Task> look)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await look();
                await Task.Delay(Pace, _time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task LookAtFlowAsync()
    {
        var at = _time.GetTimestamp();
        var mark = (At: at, Made: _rig.Venues.All.Select(venue => venue.Ledger.Made).ToArray());
        _marks.Enqueue(mark);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(Patience);
            Take(await AboutStoredAsync(limit.Token));

            // Trades that came late are in the exact count only.
            if (_time.GetElapsedTime(_marks.Peek().At) > Normal) Take(await _rig.StoredAsync(limit.Token));
        }
        catch (Exception away) when (!_stop.IsCancellationRequested && ClusterRig.IsAway(away, _stop.Token))
        {
            // What stands in a ClickHouse that does not answer is not to be had by anybody: the newest complete moment stays where it is.
        }

        // The age that is seen when the answer is there.
        lock (_lock) _flow.Add((at, _time.GetElapsedTime(_marks.Peek().At)));

        void Take(IReadOnlyDictionary<string, long> stored)
        {
            var counts = _rig.Venues.All.Select(venue => stored.GetValueOrDefault(venue.Exchange.ToName())).ToArray();
            while (_marks.Count > 1 && _marks.ElementAt(1).Made.Zip(counts).All(pair => pair.First <= pair.Second)) _marks.Dequeue();
        }
    }

    // A table of millions of rows is counted twice a second: what lies more than a minute back is counted once a minute, so that trades which come that late are missed for as long.
    private async Task<IReadOnlyDictionary<string, long>> AboutStoredAsync(CancellationToken cancellationToken)
    {
        var border = _time.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds() / 60 * 60;
        var moment = string.Create(CultureInfo.InvariantCulture, $"fromUnixTimestamp64Milli({border} * 1000)");
        if (border != _countedUntil) (_counted, _countedUntil) = (await _rig.StoredAsync(cancellationToken, "timestamp < " + moment), border);
        var newest = await _rig.StoredAsync(cancellationToken, "timestamp >= " + moment);
        return newest.Keys.Union(_counted.Keys).ToDictionary(exchange => exchange, exchange => newest.GetValueOrDefault(exchange) + _counted.GetValueOrDefault(exchange), StringComparer.Ordinal);
    }

    private async Task LookAtStreamsAsync()
    {
        var at = _time.GetTimestamp();
        var streams = false;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(Patience);
            streams = await _rig.IsStreamingAsync(limit.Token);
        }
        catch (Exception away) when (!_stop.IsCancellationRequested && ClusterRig.IsAway(away, _stop.Token))
        {
            // Nobody says that they stream.
        }

        lock (_lock) _streams.Add((at, streams));
    }

    /// <summary>A length in seconds, for tables.</summary>
    public static string Seconds(TimeSpan length) => length.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
