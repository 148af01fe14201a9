using System.Text;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain;

namespace K2.Warehouse.Reading;

/// <summary>Reads rows in ClickHouse's RowBinary format: fixed-width integers, decimals as 128-bit integers, text with a length. Nothing passes through a double.</summary>
internal sealed class RowReader : IAsyncDisposable
{
    private const int TimeoutExceeded = 159;
    private const int MemoryLimitExceeded = 241;
    private readonly ClickHouseRawResult _result;
    private readonly BinaryReader _reader;

    private RowReader(ClickHouseRawResult result, Stream stream)
    {
        _result = result;
        _reader = new BinaryReader(new BufferedStream(stream, 1 << 16));
    }

    /// <summary>Runs a query with parameters ({name:Type} in the text) and settings of its own.</summary>
    /// <exception cref="K2Exception">ClickHouse does not answer, or the query went beyond the limits of its settings.</exception>
    public static async Task<RowReader> QueryAsync(
        ClickHouseClient client, string sql, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken, IReadOnlyDictionary<string, object>? limits = null)
    {
        var settings = parameters.ToDictionary(parameter => "param_" + parameter.Key, parameter => (object)Escape(parameter.Value), StringComparer.Ordinal);
        foreach (var (name, value) in limits ?? new Dictionary<string, object>()) settings[name] = value;
        try
        {
            var result = await client.ExecuteRawResultAsync(sql + " FORMAT RowBinary", new QueryOptions { CustomSettings = settings }, cancellationToken);
            return new RowReader(result, new MemoryStream(await result.ReadAsByteArrayAsync()));
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException)
        {
            throw new K2Exception("ClickHouse does not answer", true, unreachable);
        }
        catch (ClickHouseServerException full) when (full.ErrorCode == MemoryLimitExceeded && full.Message.Contains("(total)", StringComparison.Ordinal))
        {
            // Whatever this statement asks for, others have the memory now.
            throw new K2Exception("ClickHouse has no memory to spare at the moment: ask again soon.", true, full);
        }
        catch (ClickHouseServerException refused) when (refused.ErrorCode is TimeoutExceeded or MemoryLimitExceeded)
        {
            throw new K2Exception("The read takes too long or too much memory: ask for a shorter range or fewer rows.", true, refused);
        }
    }

    /// <summary>Whether another row follows.</summary>
    public bool HasRow()
    {
        var stream = _reader.BaseStream;
        return stream.Position < stream.Length;
    }

    public string Text()
    {
        var length = _reader.Read7BitEncodedInt();
        return Encoding.UTF8.GetString(_reader.ReadBytes(length));
    }

    public byte[] Bytes() => _reader.ReadBytes(_reader.Read7BitEncodedInt());

    /// <summary>How many values of an array follow.</summary>
    public int Length() => _reader.Read7BitEncodedInt();

    public long Int64() => _reader.ReadInt64();

    public int Int32() => _reader.ReadInt32();

    public ushort UInt16() => _reader.ReadUInt16();

    public byte Byte() => _reader.ReadByte();

    public Timestamp Time() => new(_reader.ReadInt64());

    /// <summary>Reads a Decimal(38,18) as a mantissa at a smaller scale.</summary>
    /// <exception cref="K2Exception">The stored number has more digits than the instrument's scale.</exception>
    public Int128 Decimal(int scale)
    {
        var lower = _reader.ReadUInt64();
        return StoredDecimal.Narrow(((Int128)_reader.ReadInt64() << 64) | lower, scale);
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _result.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
