using System.Runtime.InteropServices;

namespace K2.ColdTier.Parquet;

/// <summary>Texts of many rows, the bytes of all one behind the other. Grows and is reused.</summary>
internal sealed class TextBuffer
{
    private const int FirstBytes = 1 << 12;

    /// <summary>The bytes; pinned, so that the Parquet library can be given their addresses.</summary>
    public byte[] Bytes { get; private set; } = GC.AllocateUninitializedArray<byte>(FirstBytes, pinned: true);

    /// <summary>Where each text ends in <see cref="Bytes"/>.</summary>
    public int[] Ends { get; private set; } = [];

    /// <summary>How many texts there are.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes in use.</summary>
    public int Length => Count == 0 ? 0 : Ends[Count - 1];

    /// <summary>The text of a place.</summary>
    public ReadOnlySpan<byte> this[int index] => Bytes.AsSpan(StartOf(index)..Ends[index]);

    /// <summary>Where a text begins.</summary>
    public int StartOf(int index) => index == 0 ? 0 : Ends[index - 1];

    /// <summary>Forgets all texts.</summary>
    public void Clear() => Count = 0;

    /// <summary>Makes room for another text and returns where its bytes go.</summary>
    public Span<byte> Add(int length)
    {
        var start = Length;
        var end = checked(start + length);
        if (Bytes.Length < end)
        {
            var grown = GC.AllocateUninitializedArray<byte>(Math.Max(end, (int)Math.Min((long)Bytes.Length * 2, Array.MaxLength)), pinned: true);
            Bytes.AsSpan(0, start).CopyTo(grown);
            Bytes = grown;
        }

        if (Ends.Length == Count)
        {
            var ends = Ends;
            Array.Resize(ref ends, Math.Max(1024, Count * 2));
            Ends = ends;
        }

        Ends[Count++] = end;
        return Bytes.AsSpan(start, length);
    }

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<byte> text) => text.CopyTo(Add(text.Length));

    /// <summary>The address of a text; valid until the next one is added.</summary>
    internal nint AddressOf(int index) => Marshal.UnsafeAddrOfPinnedArrayElement(Bytes, StartOf(index));
}
