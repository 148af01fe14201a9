using K2.Domain;

namespace K2.Cli.Commands;

/// <summary>Reads the options <c>--since</c> and <c>--until</c>.</summary>
internal static class TimeRange
{
    public static Timestamp? Moment(string option, string? text)
    {
        if (text is null) return null;
        return TimeText.TryParse(text, out var time) ? time : throw CliException.Usage($"{option} '{text}' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds.");
    }
}
