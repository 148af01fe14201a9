namespace K2.Domain.Candles;

/// <summary>The length of a candle's window. The values are stored: they only grow.</summary>
public enum Timeframe : byte
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>1m.</summary>
    OneMinute = 1,

    /// <summary>5m.</summary>
    FiveMinutes = 2,

    /// <summary>15m.</summary>
    FifteenMinutes = 3,

    /// <summary>30m.</summary>
    ThirtyMinutes = 4,

    /// <summary>1h.</summary>
    OneHour = 5,

    /// <summary>1d, midnight to midnight UTC.</summary>
    OneDay = 6,
}
