using System.Globalization;
using System.Text.RegularExpressions;

namespace K2.Engine;

/// <summary>The engine or the front refused a statement; the message is ClickHouse's own text or has its form.</summary>
internal sealed partial class EngineException(string message) : Exception(message)
{
    private const int Unnamed = 1001;

    /// <summary>ClickHouse's error code; 1001 if the text has none.</summary>
    public int Code { get; } = ErrorCode().Match(message) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var code) ? code : Unnamed;

    /// <summary>An error of the front in ClickHouse's form.</summary>
    public static EngineException Of(int code, string text, string name) => new(string.Create(CultureInfo.InvariantCulture, $"Code: {code}. DB::Exception: {text}. ({name})"));

    [GeneratedRegex(@"Code: (\d+)\.")]
    private static partial Regex ErrorCode();
}
