using System.Buffers.Binary;
using System.Text;

namespace K2.Engine;

/// <summary>
/// Passes blocks of the Native format on with the fields that clients of ClickHouse's own protocol expect. The embedded library writes the format for
/// protocol version 0 only; clients that say client_protocol_version, such as Grafana's ClickHouse source, read the newer form.
/// </summary>
internal sealed class NativeCopier(Stream source, Stream target, long protocolVersion)
{
    private const long WithSerializationKind = 54454;
    private const int BufferBytes = 1 << 16;
    private static readonly byte[] BlockInfo = [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0];
    private readonly Dictionary<string, NativeType> _types = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _at;
    private int _end;

    /// <summary>Copies all blocks.</summary>
    /// <exception cref="EngineException">A column's type cannot be delimited, or the source ends inside a block.</exception>
    public void Run()
    {
        while (_at < _end || Fill())
        {
            target.Write(BlockInfo);
            var columns = VarUInt();
            var rows = VarUInt();
            for (var column = 0L; column < columns; column++)
            {
                Text();
                var name = Text();
                if (!_types.TryGetValue(name, out var type)) _types[name] = type = NativeType.Parse(name);
                if (protocolVersion >= WithSerializationKind) target.WriteByte(0);
                if (rows > 0) type.Copy(this, rows);
            }
        }
    }

    /// <summary>Copies that many bytes.</summary>
    public void Bytes(long count)
    {
        while (count > 0)
        {
            if (_at == _end && !Fill()) throw Cut();
            var part = (int)Math.Min(count, _end - _at);
            target.Write(_buffer, _at, part);
            _at += part;
            count -= part;
        }
    }

    /// <summary>Copies a number of eight bytes and returns it.</summary>
    public long Int64()
    {
        Span<byte> number = stackalloc byte[8];
        for (var i = 0; i < number.Length; i++) number[i] = One();
        target.Write(number);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }

    /// <summary>Copies a number of one to nine bytes and returns it.</summary>
    public long VarUInt()
    {
        var value = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = One();
            target.WriteByte(part);
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80) break;
        }

        return value;
    }

    private static EngineException Cut() => EngineException.Of(33, "the engine's answer ended inside a block", "CANNOT_READ_ALL_DATA");

    private string Text()
    {
        var text = new byte[VarUInt()];
        for (var i = 0; i < text.Length; i++) text[i] = One();
        target.Write(text);
        return Encoding.UTF8.GetString(text);
    }

    private byte One() => _at < _end || Fill() ? _buffer[_at++] : throw Cut();

    private bool Fill()
    {
        _at = 0;
        _end = source.Read(_buffer, 0, _buffer.Length);
        return _end > 0;
    }
}
