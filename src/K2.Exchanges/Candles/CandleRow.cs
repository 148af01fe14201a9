using System.Globalization;
using System.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Candles;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Candles;

/// <summary>Reads the numbers of a published candle from a JSON array; notes the first one that is none.</summary>
internal sealed class CandleRow(JsonElement row)
{
    // Exchanges list fewer years than this many seconds.
    private const long LastSecond = 7_258_118_400;

    public string? Problem { get; private set; } = row.ValueKind == JsonValueKind.Array ? null : "a candle is no list";

    /// <summary>A number, with or without quotes, with or without an exponent; exact, however it is written.</summary>
    public decimal Number(int index)
    {
        var text = At(index).Plain();
        if (!text.IsEmpty && text.Length <= 64 && decimal.TryParse(Encoding.UTF8.GetString(text), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number >= 0) return number;
        Problem ??= $"value {index} of a candle is {At(index).Shown()}";
        return 0;
    }

    public long Whole(int index) => Number(index) is var number && number == decimal.Truncate(number) && number <= long.MaxValue ? (long)number : Fail(index);

    /// <summary>The start of a window in units of a second's part; it has to be one of the timeframe.</summary>
    public Timestamp Start(int index, long unitsPerSecond, Timeframe timeframe)
    {
        var units = Whole(index);
        if (units / unitsPerSecond > LastSecond) units = Fail(index);
        var start = new Timestamp(units * (1_000_000 / unitsPerSecond));
        if (timeframe.WindowStart(start) != start) Problem ??= $"{start} begins no {timeframe.ToName()} window";
        return start;
    }

    private long Fail(int index)
    {
        Problem ??= $"value {index} of a candle is {At(index).Shown()}";
        return 0;
    }

    private JsonElement At(int index) => row.ValueKind == JsonValueKind.Array && index < row.GetArrayLength() ? row[index] : default;
}
