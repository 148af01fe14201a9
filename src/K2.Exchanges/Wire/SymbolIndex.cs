using System.Text;

namespace K2.Exchanges.Wire;

/// <summary>Finds a number by the bytes of a name, without making a string of it.</summary>
internal sealed class SymbolIndex
{
    private readonly Dictionary<UInt128, int> _short = [];
    private readonly Dictionary<string, int> _long = new(StringComparer.Ordinal);

    /// <summary>Adds a name; the first of two equal ones stays.</summary>
    public void Add(string name, int slot)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length <= 16) _short.TryAdd(Pack(bytes), slot);
        else _long.TryAdd(name, slot);
    }

    /// <summary>Returns the number of a name, or −1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return -1;
        if (name.Length <= 16) return _short.GetValueOrDefault(Pack(name), -1);
        return _long.GetValueOrDefault(Encoding.UTF8.GetString(name), -1);
    }

    // Names hold no zero byte, so that two names of different length never pack to one key.
    private static UInt128 Pack(ReadOnlySpan<byte> name)
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (i < 8) low |= (ulong)name[i] << (8 * i);
            else high |= (ulong)name[i] << (8 * (i - 8));
        }

        return new UInt128(high, low);
    }
}
