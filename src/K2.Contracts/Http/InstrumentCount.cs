namespace K2.Contracts.Http;

/// <summary>How many trades of an instrument the daily candles count, each once.</summary>
public sealed record InstrumentCount
{
    /// <summary>Lower-case name of the exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>Number of trades.</summary>
    public required long Trades { get; init; }

    /// <summary>Number of days with trades.</summary>
    public required long Days { get; init; }

    /// <summary>Exchange time of the first trade.</summary>
    public required DateTime FirstTradeTime { get; init; }

    /// <summary>Exchange time of the last trade.</summary>
    public required DateTime LastTradeTime { get; init; }
}
