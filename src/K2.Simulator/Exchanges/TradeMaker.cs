using K2.Domain.Instruments;

namespace K2.Simulator.Exchanges;

/// <summary>The exchange's clockwork: makes trades at the wanted rate, sends them and heartbeats, and lets scripted faults happen in their places.</summary>
internal sealed class TradeMaker(ExchangeState state, FaultMaker faultMaker)
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextFault;
    private volatile bool _isHeld = state.Options.StartHeld;

    /// <summary>Whether no trades are made for now. Thread-safe.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>Ends when all trades were made and no fault lasts.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Makes trades and sends heartbeats until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var time = state.Options.Time;
        var last = time.GetTimestamp();
        var lastHeartbeat = last;
        long owed = 0;
        using var timer = new PeriodicTimer(state.Options.Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = time.GetTimestamp();
                var elapsed = time.GetElapsedTime(last, now);
                last = now;
                owed += elapsed.Ticks * state.Options.TradesPerSecond;
                var count = (int)(owed / TimeSpan.TicksPerSecond);
                owed -= count * TimeSpan.TicksPerSecond;
                lock (state.Gate)
                {
                    if (state.Faults.IsFrozen || IsHeld) count = 0;
                    if (state.Options.MaxTrades is { } most) count = (int)Math.Min(count, most - state.Market.Made);
                    while (count > 0) count -= MakeSome(count);
                    if (time.GetElapsedTime(lastHeartbeat) >= state.Options.HeartbeatInterval)
                    {
                        lastHeartbeat = time.GetTimestamp();
                        SendHeartbeats();
                    }
                }

                if (state.Market.Made >= state.Options.MaxTrades && !state.Faults.IsAnyLasting) _finished.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The exchange closes.
        }
        catch (Exception failure)
        {
            // Whoever waits for the end has to learn that there will be none.
            _finished.TrySetException(failure);
            throw;
        }
    }

    /// <summary>Makes trades up to the next scripted fault, and lets that happen.</summary>
    private int MakeSome(int count)
    {
        var faults = state.Options.Faults;
        if (_nextFault < faults.Count) count = (int)Math.Clamp(faults[_nextFault].AfterTrades - state.Market.Made, 1, count);
        var made = state.Market.Make(count);
        foreach (var connection in state.Connections)
        {
            var subscribed = made.Where(trade => connection.Subscribed(trade.Native)).ToList();
            if (subscribed.Count == 0) continue;
            foreach (var message in state.Protocol.Messages(connection, subscribed)) state.Faults.Pass(connection, message);
        }

        while (_nextFault < faults.Count && faults[_nextFault].AfterTrades <= state.Market.Made) faultMaker.Happen(faults[_nextFault++]);
        return made.Count;
    }

    private void SendHeartbeats()
    {
        foreach (var connection in state.Connections)
        {
            if ((state.Options.Exchange == Exchange.Coinbase || !connection.WasBusy) && state.Protocol.Heartbeat(connection) is { } heartbeat) connection.Send(heartbeat);
            connection.WasBusy = false;
            connection.ReleaseHeld();
        }
    }
}
