using System.Collections.Immutable;
using K2.Domain.Instruments;

namespace K2.Exchanges.Connections;

/// <summary>
/// What is asked of one connection and what the exchange answered: a subscription is pending until its answer comes. A refused message is
/// asked again one instrument at a time, so that one wrong name does not cost the others. Not thread-safe; the receive loop owns it.
/// </summary>
internal sealed class SubscriptionBook(IExchangeAdapter adapter, int streamsPerMessage)
{
    private readonly Dictionary<long, OutgoingRequest> _pending = [];
    private long _nextId = 1;

    /// <summary>Instruments that the exchange confirmed.</summary>
    public ImmutableArray<Instrument> Confirmed { get; private set; } = [];

    /// <summary>Instruments that the exchange refused, with its words.</summary>
    public ImmutableDictionary<InstrumentId, string> Refused { get; private set; } = ImmutableDictionary<InstrumentId, string>.Empty;

    /// <summary>Whether every subscription is answered.</summary>
    public bool IsSettled => !_pending.Values.Any(r => r.Instruments.Count > 0);

    /// <summary>Returns the messages that ask again for what was refused, which is then pending.</summary>
    public IReadOnlyList<OutgoingRequest> AskRefusedAgain(IEnumerable<Instrument> desired)
    {
        var again = desired.Where(instrument => Refused.ContainsKey(instrument.Id)).ToList();
        Refused = ImmutableDictionary<InstrumentId, string>.Empty;
        return [.. again.Select(instrument => Ask([instrument]))];
    }

    /// <summary>Whether a sign of life was asked for and has not come.</summary>
    public bool IsProbing => _pending.Values.Any(r => r.Instruments.Count == 0);

    /// <summary>Requests without an answer.</summary>
    public IReadOnlyCollection<OutgoingRequest> Pending => _pending.Values;

    /// <summary>Returns the messages that subscribe to instruments.</summary>
    public IReadOnlyList<OutgoingRequest> Subscribe(IReadOnlyList<Instrument> instruments) =>
        [.. instruments.Chunk(streamsPerMessage).Select(Ask)];

    /// <summary>Returns a message that asks whether the exchange lives, or null if one is on its way or the exchange has none.</summary>
    public OutgoingRequest? Probe()
    {
        if (_pending.Values.Any(r => r.Instruments.Count == 0)) return null;

        var id = _nextId++;
        var message = adapter.ProbeMessage(id);
        return message.IsEmpty ? null : _pending[id] = new OutgoingRequest(id, message, []);
    }

    /// <summary>Takes a positive answer to a whole request, or to one native symbol of it; true if it was awaited.</summary>
    public bool Accept(long requestId, string? symbol = null)
    {
        if (symbol is not null) return Settle(requestId, symbol) is { } instrument && Confirm(instrument);
        if (!_pending.Remove(requestId, out var request)) return false;
        Confirmed = Confirmed.AddRange(request.Instruments);
        return true;
    }

    /// <summary>Takes the exchange's list of what is subscribed: it answers whatever was asked for and is in it.</summary>
    public void AcceptAll(IReadOnlyList<string> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (Settle(-1, symbol) is { } instrument) Confirm(instrument);
        }
    }

    /// <summary>
    /// Takes a negative answer and returns what to ask instead. An answer without a number is taken for the subscription whose name it says, else for
    /// the oldest one that was sent: exchanges answer in order. One that names a native symbol concerns only that.
    /// </summary>
    public IReadOnlyList<OutgoingRequest> Refuse(long requestId, string words, string? symbol = null)
    {
        if (symbol is not null && Settle(requestId, symbol) is { } refused)
        {
            Refused = Refused.SetItem(refused.Id, words);
            return [];
        }

        if (requestId < 0) requestId = Guess(words);
        if (!_pending.Remove(requestId, out var request) || request.Instruments.Count == 0) return [];
        if (request.Instruments.Count > 1) return [.. request.Instruments.Select(i => Ask([i]))];

        Refused = Refused.SetItem(request.Instruments[0].Id, words);
        return [];
    }

    private long Guess(string words)
    {
        var asked = _pending.Values.Where(r => r.IsSent && r.Instruments.Count > 0).ToList();
        if (_pending.Count == 1) return _pending.Keys.Single();
        var named = asked.Find(r => r.Instruments.Any(i => words.Contains(i.NativeSymbol, StringComparison.Ordinal)));
        return named?.Id ?? (asked.Count > 0 ? asked.Min(r => r.Id) : -1);
    }

    private bool Confirm(Instrument instrument)
    {
        Confirmed = Confirmed.Add(instrument);
        return true;
    }

    /// <summary>Takes one instrument out of the requests that wait for it; null if none does.</summary>
    private Instrument? Settle(long requestId, string symbol)
    {
        foreach (var (id, request) in _pending)
        {
            if (requestId >= 0 && id != requestId) continue;
            if (request.Instruments.FirstOrDefault(i => i.NativeSymbol == symbol || i.LegacySymbol == symbol) is not { } instrument) continue;

            if (request.Instruments.Count == 1) _pending.Remove(id);
            else _pending[id] = request.Without(instrument);
            return instrument;
        }

        return null;
    }

    private OutgoingRequest Ask(IReadOnlyList<Instrument> instruments)
    {
        var id = _nextId++;
        return _pending[id] = new OutgoingRequest(id, adapter.SubscribeMessage(id, instruments), instruments);
    }
}
