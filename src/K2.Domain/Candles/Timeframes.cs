using System.Diagnostics.CodeAnalysis;

namespace K2.Domain.Candles;

/// <summary>Names, lengths and windows of the six timeframes.</summary>
public static class Timeframes
{
    /// <summary>All timeframes, shortest first.</summary>
    public static IReadOnlyList<Timeframe> All { get; } =
        [Timeframe.OneMinute, Timeframe.FiveMinutes, Timeframe.FifteenMinutes, Timeframe.ThirtyMinutes, Timeframe.OneHour, Timeframe.OneDay];

    /// <summary>Returns the length of the timeframe's window in microseconds.</summary>
    public static long LengthMicroseconds(this Timeframe timeframe) => timeframe switch
    {
        Timeframe.OneMinute => 60 * Timestamp.MicrosecondsPerSecond,
        Timeframe.FiveMinutes => 300 * Timestamp.MicrosecondsPerSecond,
        Timeframe.FifteenMinutes => 900 * Timestamp.MicrosecondsPerSecond,
        Timeframe.ThirtyMinutes => 1_800 * Timestamp.MicrosecondsPerSecond,
        Timeframe.OneHour => 3_600 * Timestamp.MicrosecondsPerSecond,
        Timeframe.OneDay => 86_400 * Timestamp.MicrosecondsPerSecond,
        _ => throw new ArgumentOutOfRangeException(nameof(timeframe), timeframe, "not a timeframe"),
    };

    /// <summary>Returns the timeframe's name, for example <c>15m</c>.</summary>
    public static string ToName(this Timeframe timeframe) => timeframe switch
    {
        Timeframe.OneMinute => "1m",
        Timeframe.FiveMinutes => "5m",
        Timeframe.FifteenMinutes => "15m",
        Timeframe.ThirtyMinutes => "30m",
        Timeframe.OneHour => "1h",
        Timeframe.OneDay => "1d",
        _ => throw new ArgumentOutOfRangeException(nameof(timeframe), timeframe, "not a timeframe"),
    };

    /// <summary>Finds the timeframe of a name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Timeframe timeframe)
    {
        timeframe = name switch
        {
            "1m" => Timeframe.OneMinute,
            "5m" => Timeframe.FiveMinutes,
            "15m" => Timeframe.FifteenMinutes,
            "30m" => Timeframe.ThirtyMinutes,
            "1h" => Timeframe.OneHour,
            "1d" => Timeframe.OneDay,
            _ => Timeframe.Unknown,
        };
        return timeframe != Timeframe.Unknown;
    }

    /// <summary>Returns the start of the half-open window [start, start + length) that holds the moment; windows count from the Unix epoch.</summary>
    public static Timestamp WindowStart(this Timeframe timeframe, Timestamp time)
    {
        var length = timeframe.LengthMicroseconds();
        var offset = time.Microseconds % length;
        return new Timestamp(time.Microseconds - (offset < 0 ? offset + length : offset));
    }
}
