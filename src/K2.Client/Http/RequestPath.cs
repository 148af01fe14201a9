using K2.Contracts.Http;
using K2.Domain.Candles;

namespace K2.Client.Http;

/// <summary>Parts of the paths that the client asks for.</summary>
internal static class RequestPath
{
    /// <summary>Returns an interval's name as the server writes it.</summary>
    /// <exception cref="K2ClientException">It is no interval.</exception>
    public static string Interval(string text) => CandleInterval.TryParse(text, out var interval) ? interval.Name : throw new K2ClientException($"'{text}' is no interval: write for example 1m, 4h, 3d or 1w.");

    /// <summary>Returns a further parameter of the query, or nothing.</summary>
    public static string Moment(string name, DateTimeOffset? time) => time is { } value ? $"&{name}={UtcTimeConverter.Format(value.UtcDateTime)}" : "";
}
