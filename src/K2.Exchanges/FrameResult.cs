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

    /// <summary>What a control message says.</summary>
    public ControlKind Control { get; private set; }

    /// <summary>The request that a control message answers, or −1.</summary>
    public long RequestId { get; private set; } = -1;

    /// <summary>The streams that the exchange says are subscribed, or null if the message does not say.</summary>
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
        Control = ControlKind.None;
        RequestId = -1;
        Streams = null;
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

    internal void SetControl(ControlKind control, long requestId = -1, string detail = "", IReadOnlyList<string>? streams = null)
    {
        Kind = FrameKind.Control;
        Control = control;
        RequestId = requestId;
        Detail = detail;
        Streams = streams;
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
