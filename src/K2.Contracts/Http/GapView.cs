namespace K2.Contracts.Http;

/// <summary>A time in which trades of an instrument were missing.</summary>
public sealed record GapView
{
    /// <summary>The exchange's name.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>Exchange time of the last trade before it.</summary>
    public required DateTime GapStart { get; init; }

    /// <summary>Exchange time of the first trade behind it.</summary>
    public required DateTime GapEnd { get; init; }

    /// <summary>First missing trade id, or −1 if unknown.</summary>
    public required long FirstMissingId { get; init; }

    /// <summary>Last missing trade id, or −1 if unknown.</summary>
    public required long LastMissingId { get; init; }

    /// <summary>How often the exchange had restarted its ids before.</summary>
    public required int IdEpoch { get; init; }

    /// <summary>id-jump, sequence-jump, reconnect, restart or unknown.</summary>
    public required string Cause { get; init; }

    /// <summary>open, filled or unfillable.</summary>
    public required string State { get; init; }

    /// <summary>Why it is unfillable: not-served, too-large, ids-restarted or not-requested; else empty.</summary>
    public required string Reason { get; init; }
}
