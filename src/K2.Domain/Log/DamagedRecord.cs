using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace K2.Domain.Log;

/// <summary>
/// A record that a log keeps but cannot read, on its way to those who write dead letters: magic 'K!', the length of the reason in two bytes (little endian), the
/// reason, and the bytes as they were. The stream goes on behind it. Where its own key is not to be believed, it has a key that stands for the partition.
/// </summary>
public static class DamagedRecord
{
    private const string KeyPrefix = "(damaged) ";
    private const int HeaderSize = 4;
    private const int MaxReason = 1000;

    /// <summary>Returns the key of all records of a partition that cannot be read: one for each, so that they are one stream however many keys they claim to have.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    public static string KeyOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{topic}/{partition}");

    /// <summary>Returns the place <c>topic/partition</c> that such a key stands for; null for any other key.</summary>
    public static string? PlaceOf(string key) => key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? key[KeyPrefix.Length..] : null;

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
        if (ReasonOf(payload) is { } reason) throw new CorruptRecordException(reason);
    }

    /// <summary>Returns why a record cannot be read; null if the payload is not one of those.</summary>
    public static string? ReasonOf(ReadOnlySpan<byte> payload) => ReasonLength(payload) is { } length ? Encoding.UTF8.GetString(payload.Slice(HeaderSize, length)) : null;

    /// <summary>Returns the bytes as they were: those in the payload of a record that cannot be read, or the whole of any other payload.</summary>
    public static ReadOnlyMemory<byte> OriginalOf(ReadOnlyMemory<byte> payload) => ReasonLength(payload.Span) is { } length ? payload[(HeaderSize + length)..] : payload;

    private static int? ReasonLength(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize || payload[0] != 'K' || payload[1] != '!') return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]);
        return length <= payload.Length - HeaderSize ? length : null;
    }
}
