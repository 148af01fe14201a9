using System.Globalization;

namespace K2.Simulator.Replay;

/// <summary>How fast frames are played: a multiple of the recorder's pace, or as fast as they are taken.</summary>
public readonly record struct ReplaySpeed
{
    private const int MaxFactor = 1_000_000;
    private const int Thousand = 1000;

    private ReplaySpeed(int thousandths) => Thousandths = thousandths;

    /// <summary>As fast as the client takes them; also the default value.</summary>
    public static ReplaySpeed Max { get; } = new(0);

    /// <summary>Whether frames are played as fast as they are taken.</summary>
    public bool IsMax => Thousandths == 0;

    /// <summary>Milliseconds of the recording that pass in one second; 0 at the highest speed.</summary>
    internal int Thousandths { get; }

    /// <summary>Returns a multiple of the recorder's pace.</summary>
    /// <param name="factor">0.001 to 1,000,000, with at most three digits behind the point.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public static ReplaySpeed Times(decimal factor)
    {
        var thousandths = factor is > 0 and <= MaxFactor ? factor * Thousand : 0;
        return thousandths >= 1 && thousandths == decimal.Truncate(thousandths)
            ? new ReplaySpeed((int)thousandths)
            : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"0.001 to {MaxFactor}, at most three digits behind the point");
    }

    /// <summary>Reads <c>max</c> or a factor as of <see cref="Times"/>.</summary>
    public static bool TryParse(string? text, out ReplaySpeed speed)
    {
        speed = Max;
        if (string.Equals(text, "max", StringComparison.OrdinalIgnoreCase)) return true;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor)) return false;
        if (factor is <= 0 or > MaxFactor || factor * Thousand % 1 != 0) return false;

        speed = Times(factor);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => IsMax ? "max" : ((decimal)Thousandths / Thousand).ToString("0.###", CultureInfo.InvariantCulture);
}
