using System.Buffers.Binary;
using System.Text;

namespace K2.Domain.Log;

/// <summary>
/// A record that a log keeps but cannot read, on its way to those who write dead letters: magic 'K!', the length of the reason in two bytes (little endian), the
/// reason, and the bytes as they were. The stream goes on behind it.
/// </summary>
public static class DamagedRecord
{
    private const int HeaderSize = 4;
    private const int MaxReason = 1000;

    /// <summary>Returns the payload of a record that cannot be read.</summary>
    /// <param name="reason">Why; cut where it is long.</param>
    /// <param name="original">Its bytes.</param>
    public static byte[] Wrap(string reason, ReadOnlySpan<byte> original)
    {
        var text = Encoding.UTF8.GetBytes(reason.Length > MaxReason ? reason[..MaxReason] : reason);
        var payload = new byte[HeaderSize + text.Length + original.Length];
        payload[0] = (byte)'K';
        payload[1] = (byte)'!';
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(2), (ushort)text.Length);
        text.CopyTo(payload.AsSpan(HeaderSize));
        original.CopyTo(payload.AsSpan(HeaderSize + text.Length));
        return payload;
    }

    /// <summary>Refuses the payload of a record that cannot be read.</summary>
    /// <exception cref="CorruptRecordException">It is one; the message is its reason.</exception>
    public static void ThrowIf(ReadOnlySpan<byte> payload)
    {
        if (ReasonLength(payload) is { } length) throw new CorruptRecordException(Encoding.UTF8.GetString(payload.Slice(HeaderSize, length)));
    }

    /// <summary>Returns the bytes as they were: those in the payload of a record that cannot be read, or the whole of any other payload.</summary>
    public static ReadOnlyMemory<byte> OriginalOf(ReadOnlyMemory<byte> payload) => ReasonLength(payload.Span) is { } length ? payload[(HeaderSize + length)..] : payload;

    private static int? ReasonLength(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize || payload[0] != 'K' || payload[1] != '!') return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]);
        return length <= payload.Length - HeaderSize ? length : null;
    }
}
