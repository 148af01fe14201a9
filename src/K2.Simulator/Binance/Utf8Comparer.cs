using System.Diagnostics.CodeAnalysis;

namespace K2.Simulator.Binance;

/// <summary>Compares names by their bytes, so that a slice of a frame is looked up without a string.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static Utf8Comparer Instance { get; } = new();

    private Utf8Comparer()
    {
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        unchecked
        {
            var hash = 2166136261u;
            foreach (var b in alternate) hash = (hash ^ b) * 16777619u;
            return (int)hash;
        }
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
