using System.Runtime.InteropServices;
using System.Text;
using K2.Abstractions;

namespace K2.ColdTier.Parquet;

/// <summary>The bytes of a stream through one fixed buffer. An end in the middle of something is an error.</summary>
internal sealed class NativeInput(Stream stream)
{
    private const int LongestFailure = 1 << 16;
    private readonly byte[] _buffer = new byte[1 << 17];
    private int _position;
    private int _length;

    /// <summary>Whether the stream has ended here.</summary>
    public bool AtEnd()
    {
        if (_position < _length) return false;
        _position = 0;
        _length = Read(_buffer);
        return _length == 0;
    }

    public byte Byte() => AtEnd() ? throw Damaged("it ends in the middle of a block") : _buffer[_position++];

    /// <summary>A length of at most <paramref name="most"/>.</summary>
    public int Length(int most)
    {
        ulong value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part >= 0x80) continue;
            if (value <= (ulong)most) return (int)value;
            break;
        }

        throw Damaged($"a length is over {most}");
    }

    public void Fill<T>(Span<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        while (bytes.Length > 0)
        {
            if (_position == _length && bytes.Length >= _buffer.Length)
            {
                var read = Read(bytes);
                if (read == 0) throw Damaged("it ends in the middle of a block");
                bytes = bytes[read..];
                continue;
            }

            if (AtEnd()) throw Damaged("it ends in the middle of a block");
            var part = Math.Min(bytes.Length, _length - _position);
            _buffer.AsSpan(_position, part).CopyTo(bytes);
            _position += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>Returns the error that ClickHouse puts behind the rows where it fails after it has begun to answer; null if something else stands here. Source of the form: ClickHouse documentation, "HTTP interface".</summary>
    public string? Failure()
    {
        var text = new StringBuilder();
        while (text.Length < LongestFailure && !AtEnd())
        {
            text.Append(Encoding.UTF8.GetString(_buffer, _position, _length - _position));
            _position = _length;
        }

        var lines = text.ToString().Split('\n', StringSplitOptions.TrimEntries);
        return lines[0] == "__exception__" ? lines.FirstOrDefault(line => line.StartsWith("Code:", StringComparison.Ordinal)) ?? "no reason" : null;
    }

    public static K2Exception Damaged(string what) => new($"the rows from ClickHouse cannot be read: {what}; the export must be repeated", true);

    private int Read(Span<byte> target)
    {
        try
        {
            return stream.Read(target);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new K2Exception("the rows from ClickHouse broke off; the export must be repeated", true, broken);
        }
    }
}
