using System.Buffers.Binary;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace K2.Engine;

/// <summary>
/// ClickHouse's own compression, asked for by compress=1 and decompress=1: blocks of a checksum (16 bytes), a method (1), the compressed size with this
/// header of nine bytes (4), the plain size (4) and the compressed bytes.
/// </summary>
internal static class CompressedBlocks
{
    /// <summary>The largest block that is taken, in bytes, as sent and as unpacked.</summary>
    public const int MaxBlockBytes = 128 << 20;

    private const int ChecksumBytes = 16;
    private const int HeaderBytes = 9;
    private const byte Plain = 0x02;
    private const byte Lz4 = 0x82;
    private const byte Zstd = 0x90;

    /// <summary>One block of LZ4, the method that every client reads.</summary>
    public static ReadOnlyMemory<byte> Pack(ReadOnlySpan<byte> data)
    {
        var block = new byte[ChecksumBytes + HeaderBytes + LZ4Codec.MaximumOutputSize(data.Length)];
        var size = HeaderBytes + LZ4Codec.Encode(data, block.AsSpan(ChecksumBytes + HeaderBytes));
        var body = block.AsSpan(ChecksumBytes, size);
        body[0] = Lz4;
        BinaryPrimitives.WriteInt32LittleEndian(body[1..], size);
        BinaryPrimitives.WriteInt32LittleEndian(body[5..], data.Length);
        var (low, high) = CityHash128.Compute(body);
        BinaryPrimitives.WriteUInt64LittleEndian(block, low);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(8), high);
        return block.AsMemory(0, ChecksumBytes + size);
    }

    /// <summary>Reads and unpacks the next block; null at the end.</summary>
    /// <exception cref="EngineException">The block is cut off, too large, of an unknown method, or its checksum does not fit.</exception>
    public static async Task<byte[]?> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var head = new byte[ChecksumBytes + HeaderBytes];
        var read = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return null;
        if (read < head.Length) throw EngineException.Of(3, "a compressed block is cut off", "UNEXPECTED_END_OF_FILE");
        var packed = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(17));
        var plain = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(21));
        if (packed is < HeaderBytes or > MaxBlockBytes || plain is < 0 or > MaxBlockBytes) throw EngineException.Of(12, $"a compressed block of {packed} bytes, unpacked {plain}, is not taken", "PARAMETER_OUT_OF_BOUND");
        var body = new byte[packed];
        head.AsSpan(ChecksumBytes).CopyTo(body);
        if (await source.ReadAtLeastAsync(body.AsMemory(HeaderBytes), packed - HeaderBytes, throwOnEndOfStream: false, cancellationToken) < packed - HeaderBytes) throw EngineException.Of(3, "a compressed block is cut off", "UNEXPECTED_END_OF_FILE");
        if (CityHash128.Compute(body) != (BinaryPrimitives.ReadUInt64LittleEndian(head), BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(8)))) throw EngineException.Of(40, "the checksum of a compressed block does not fit", "CHECKSUM_DOESNT_MATCH");
        return Unpack(body[0], body.AsSpan(HeaderBytes), plain);
    }

    private static byte[] Unpack(byte method, ReadOnlySpan<byte> packed, int size)
    {
        var plain = new byte[size];
        var written = -1;
        try
        {
            if (method == Lz4) written = size == 0 ? 0 : LZ4Codec.Decode(packed, plain);
            else if (method == Plain && packed.TryCopyTo(plain)) written = packed.Length;
            else if (method == Zstd)
            {
                using var zstd = new Decompressor();
                written = zstd.Unwrap(packed, plain);
            }
        }
        catch (ZstdException)
        {
            // Told below.
        }

        return written == size ? plain : throw EngineException.Of(271, "a compressed block cannot be unpacked", "CANNOT_DECOMPRESS");
    }
}
