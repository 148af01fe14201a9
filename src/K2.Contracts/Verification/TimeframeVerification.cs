namespace K2.Contracts.Verification;

/// <summary>How the platform's closed candles of one timeframe compare with those that the exchange publishes.</summary>
[GenerateSerializer, Immutable, Alias("k2.TimeframeVerification")]
public sealed record TimeframeVerification
{
    /// <summary>Name of the timeframe, for example <c>1m</c>.</summary>
    [Id(0)] public required string Timeframe { get; init; }

    /// <summary>Candles that agree in every value that the exchange publishes; windows without trades are not counted.</summary>
    [Id(1)] public required int Equal { get; init; }

    /// <summary>Candles that do not agree although every trade of the window seemed to be there, or that the exchange does not have.</summary>
    [Id(2)] public required int Different { get; init; }

    /// <summary>Candles that the exchange has and the platform, which was taking trades then, has not.</summary>
    [Id(3)] public required int Missing { get; init; }

    /// <summary>Candles that do not agree and are not marked complete: the platform knows that trades are missing.</summary>
    [Id(4)] public required int Incomplete { get; init; }

    /// <summary>Candles of windows for which the exchange publishes none any more.</summary>
    [Id(5)] public required int NotServed { get; init; }

    /// <summary>The first candle that is different or missing, for people, or empty.</summary>
    [Id(6)] public required string FirstDifference { get; init; }
}
