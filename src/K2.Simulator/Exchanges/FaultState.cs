using System.Collections.Concurrent;

namespace K2.Simulator.Exchanges;

/// <summary>The faults that are in force: how many messages are still to be spoilt, and until when others last. Thread-safe where it is read by requests.</summary>
internal sealed class FaultState(TimeProvider time)
{
    private readonly ConcurrentDictionary<FaultKind, long> _fired = new();
    private readonly ConcurrentDictionary<FaultKind, long> _until = new();
    private readonly Dictionary<FaultKind, int> _messages = [];
    private int _refusals;
    private int _restDelayMs;

    public IReadOnlyDictionary<FaultKind, long> Fired => _fired;

    public bool IsFrozen => IsLasting(FaultKind.Freeze);

    public bool IsDown => IsLasting(FaultKind.NetworkDown);

    public bool RefusesConnections => IsLasting(FaultKind.RefuseConnections);

    public TimeSpan RestDelay => IsLasting(FaultKind.RestSlow) ? TimeSpan.FromMilliseconds(_restDelayMs) : TimeSpan.Zero;

    public FaultKind? RestRefusal =>
        IsLasting(FaultKind.RestTooManyRequests) ? FaultKind.RestTooManyRequests
        : IsLasting(FaultKind.RestBanned) ? FaultKind.RestBanned
        : IsLasting(FaultKind.RestUnavailable) ? FaultKind.RestUnavailable
        : null;

    /// <summary>Whole seconds until requests are answered again, rounded up; Retry-After has no smaller unit.</summary>
    public int RetryAfterSeconds => (int)Math.Ceiling(Math.Max(Remaining(FaultKind.RestTooManyRequests).TotalSeconds, Remaining(FaultKind.RestBanned).TotalSeconds));

    public bool IsAnyLasting => _until.Keys.Any(IsLasting);

    public void Begin(ScriptedFault fault)
    {
        _fired.AddOrUpdate(fault.Kind, 1, (_, count) => count + 1);
        switch (fault.Kind)
        {
            case FaultKind.DropFrames or FaultKind.DuplicateFrames or FaultKind.ReorderFrames or FaultKind.MalformedFrames or FaultKind.LateTrade:
                _messages[fault.Kind] = _messages.GetValueOrDefault(fault.Kind) + fault.Amount;
                break;
            case FaultKind.RefuseSubscribe:
                _refusals += fault.Amount;
                break;
            case FaultKind.RestSlow or FaultKind.RestTooManyRequests or FaultKind.RestBanned or FaultKind.RestUnavailable or FaultKind.RefuseConnections or FaultKind.NetworkDown or FaultKind.Freeze:
                if (fault.Kind == FaultKind.RestSlow) _restDelayMs = fault.Amount;
                _until[fault.Kind] = time.GetTimestamp() + (long)(fault.Duration.TotalSeconds * time.TimestampFrequency);
                break;
        }
    }

    /// <summary>Whether the next subscription is refused.</summary>
    public bool TakeRefusal()
    {
        if (_refusals == 0) return false;
        _refusals--;
        return true;
    }

    /// <summary>Sends a message with trades to a connection, as far as faults let it.</summary>
    public void Pass(SimulatedConnection connection, byte[] message)
    {
        if (Take(FaultKind.DropFrames)) return;
        if (Take(FaultKind.MalformedFrames))
        {
            connection.Send(message[..(message.Length / 2)]);
        }
        else if (Take(FaultKind.ReorderFrames))
        {
            connection.Hold(message, 1);
        }
        else if (_messages.GetValueOrDefault(FaultKind.LateTrade) is > 0 and var late)
        {
            _messages[FaultKind.LateTrade] = 0;
            connection.Hold(message, late);
        }
        else
        {
            if (Take(FaultKind.DuplicateFrames)) connection.Send(message);
            connection.Send(message);
        }
    }

    private bool Take(FaultKind kind)
    {
        if (_messages.GetValueOrDefault(kind) is not (> 0 and var left)) return false;
        _messages[kind] = left - 1;
        return true;
    }

    private bool IsLasting(FaultKind kind) => Remaining(kind) > TimeSpan.Zero;

    private TimeSpan Remaining(FaultKind kind) => _until.TryGetValue(kind, out var until) ? time.GetElapsedTime(time.GetTimestamp(), until) : TimeSpan.Zero;
}
