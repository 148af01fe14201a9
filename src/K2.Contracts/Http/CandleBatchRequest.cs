using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>The body of <c>POST /v1/ohlcv/batch</c>. Everything but the instruments and the interval may be left out; texts are as in the parameters of <c>/v1/ohlcv</c>.</summary>
public sealed record CandleBatchRequest
{
    /// <summary>1 to 50 instruments as <c>exchange:BASE/QUOTE</c>, for example <c>binance:BTC/USDT</c>.</summary>
    public ImmutableArray<string> Instruments { get; init; }

    /// <summary>The interval.</summary>
    public string? Timeframe { get; init; }

    /// <summary>First window start.</summary>
    public string? From { get; init; }

    /// <summary>End of the window starts, exclusive.</summary>
    public string? To { get; init; }

    /// <summary>The most rows of each instrument; all together at most 50,000. Default 500.</summary>
    public int? Limit { get; init; }

    /// <summary>asc or desc.</summary>
    public string? Order { get; init; }

    /// <summary>Whether windows without trades are filled.</summary>
    public bool Fill { get; init; }
}
