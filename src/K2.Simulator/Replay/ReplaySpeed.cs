using System.Globalization;

namespace K2.Simulator.Replay;

/// <summary>How fast frames are played: a multiple of the recorder's pace, or as fast as they are taken.</summary>
public readonly record struct ReplaySpeed
{
    private const int MaxFactor = 1_000_000;

    private readonly int _factor;

    private ReplaySpeed(int factor) => _factor = factor;

    /// <summary>As fast as the client takes them.</summary>
    public static ReplaySpeed Max { get; } = new(0);

    /// <summary>Whether frames are played as fast as they are taken; the default value does so too.</summary>
    public bool IsMax => _factor == 0;

    /// <summary>How many seconds of the recording pass in one second; 0 at the highest speed.</summary>
    public int Factor => _factor;

    /// <summary>Returns a multiple of the recorder's pace, 1 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public static ReplaySpeed Times(int factor) =>
        factor is >= 1 and <= MaxFactor ? new ReplaySpeed(factor) : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"1 to {MaxFactor}");

    /// <summary>Reads <c>max</c> or a whole number from 1 to 1,000,000.</summary>
    public static bool TryParse(string? text, out ReplaySpeed speed)
    {
        speed = Max;
        if (string.Equals(text, "max", StringComparison.OrdinalIgnoreCase)) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var factor) || factor is < 1 or > MaxFactor) return false;

        speed = new ReplaySpeed(factor);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => IsMax ? "max" : _factor.ToString(CultureInfo.InvariantCulture);
}
