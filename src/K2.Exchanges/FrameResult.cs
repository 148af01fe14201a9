using K2.Domain.Trades;

namespace K2.Exchanges;

/// <summary>What a parser read from one message. One object serves many messages: its content holds until the next call.</summary>
public sealed class FrameResult
{
    private ParsedTrade[] _trades = new ParsedTrade[8];
    private int _count;

    /// <summary>What the message is.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>The trades, in the order of the message.</summary>
    public ReadOnlySpan<ParsedTrade> Trades => _trades.AsSpan(0, _count);

    /// <summary>
    /// Trades of the message that could not be taken, beside those that could; <see cref="Reason"/> and <see cref="Detail"/> are of the first one.
    /// </summary>
    public int BadTrades { get; private set; }

    /// <summary>What a control message says.</summary>
    public ControlKind Control { get; private set; }

    /// <summary>The request that a control message answers, or −1.</summary>
    public long RequestId { get; private set; } = -1;

    /// <summary>The native name of the one instrument that an answer concerns, or null where it concerns the whole request.</summary>
    public string? Symbol { get; private set; }

    /// <summary>
    /// The exchange's number of the message on its connection, contiguous over all messages, or −1 where the exchange counts none. Set for any
    /// kind of message.
    /// </summary>
    public long Sequence { get; internal set; } = -1;

    /// <summary>Whether the trades are the exchange's look back at a subscription, not news.</summary>
    public bool IsSnapshot { get; internal set; }

    /// <summary>
    /// What the exchange says is subscribed, or null if the message does not say: Binance's stream names, for
    /// <see cref="ControlKind.Subscribed"/> native names.
    /// </summary>
    public IReadOnlyList<string>? Streams { get; private set; }

    /// <summary>Why the message is ignored.</summary>
    public IgnoredKind Ignored { get; private set; }

    /// <summary>Why the message is rejected: a code of <see cref="RejectReasons"/>, or empty.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>What exactly is wrong, or the exchange's words in a refusal.</summary>
    public string Detail { get; private set; } = "";

    internal void Clear()
    {
        Kind = FrameKind.Ignored;
        _count = 0;
        BadTrades = 0;
        Control = ControlKind.None;
        RequestId = -1;
        Streams = null;
        Symbol = null;
        Sequence = -1;
        IsSnapshot = false;
        Ignored = IgnoredKind.None;
        Reason = "";
        Detail = "";
    }

    internal void AddTrade(int slot, in Trade trade)
    {
        if (_count == _trades.Length) Array.Resize(ref _trades, _count * 2);
        _trades[_count++] = new ParsedTrade(slot, trade);
        Kind = FrameKind.Trades;
    }

    /// <summary>Notes a trade that cannot be taken. A message without a good one is rejected.</summary>
    internal void AddBad(string reason, string detail)
    {
        if (BadTrades++ == 0) (Reason, Detail) = (reason, detail);
        if (_count == 0) Kind = FrameKind.Rejected;
    }

    /// <summary>
    /// Turns trades round that were written newest first. Where an instrument's ids then still fall, as with several events, all are sorted by
    /// instrument and id.
    /// </summary>
    internal void OrderOldestFirst()
    {
        var trades = _trades.AsSpan(0, _count);
        trades.Reverse();
        for (var i = 1; i < trades.Length; i++)
        {
            var before = i - 1;
            while (before >= 0 && trades[before].Slot != trades[i].Slot) before--;
            if (before < 0 || trades[i].Trade.TradeId >= trades[before].Trade.TradeId) continue;
            trades.Sort(static (a, b) => a.Slot != b.Slot ? a.Slot.CompareTo(b.Slot) : a.Trade.TradeId.CompareTo(b.Trade.TradeId));
            return;
        }
    }

    internal void SetControl(ControlKind control, long requestId = -1, string detail = "", IReadOnlyList<string>? streams = null, string? symbol = null)
    {
        Kind = FrameKind.Control;
        Control = control;
        RequestId = requestId;
        Detail = detail;
        Streams = streams;
        Symbol = symbol;
    }

    internal void SetIgnored(IgnoredKind ignored)
    {
        Kind = FrameKind.Ignored;
        Ignored = ignored;
    }

    internal void Reject(string reason, string detail)
    {
        Kind = FrameKind.Rejected;
        _count = 0;
        Reason = reason;
        Detail = detail;
    }
}
