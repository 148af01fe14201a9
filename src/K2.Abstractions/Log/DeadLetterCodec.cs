using System.Text.Json;
using System.Text.Json.Serialization;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>The stored form of dead letters in their topic: a JSON array, the original bytes in base64. One log record is one letter.</summary>
public static class DeadLetterCodec
{
    /// <summary>Returns the stored form of letters.</summary>
    public static byte[] Encode(IReadOnlyList<DeadLetter> letters) => JsonSerializer.SerializeToUtf8Bytes(
        letters.Select(letter => new StoredDeadLetter
        {
            Exchange = letter.Exchange.ToName(),
            Origin = letter.Origin,
            Sequence = letter.Sequence,
            Reason = letter.Reason,
            Detail = letter.Detail,
            ReceivedMicroseconds = letter.ReceivedTime.Microseconds,
            Original = letter.Original.ToArray(),
            OriginalLength = letter.OriginalLength,
        }).ToList(),
        DeadLetterJson.Default.ListStoredDeadLetter);

    /// <summary>Returns the letters of the stored bytes.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged.</exception>
    public static IReadOnlyList<DeadLetter> Decode(byte[] bytes)
    {
        DamagedRecord.ThrowIf(bytes);
        try
        {
            var stored = JsonSerializer.Deserialize(bytes, DeadLetterJson.Default.ListStoredDeadLetter) ?? [];
            return stored.ConvertAll(letter => new DeadLetter
            {
                Exchange = ExchangeNames.TryParse(letter.Exchange, out var exchange) ? exchange : throw new CorruptRecordException($"a dead letter of the unknown exchange '{letter.Exchange}'"),
                Origin = letter.Origin,
                Sequence = letter.Sequence,
                Reason = letter.Reason,
                Detail = letter.Detail,
                ReceivedTime = new Timestamp(letter.ReceivedMicroseconds),
                Original = letter.Original,
                OriginalLength = letter.OriginalLength,
            });
        }
        catch (JsonException damage)
        {
            throw new CorruptRecordException($"dead letters that are no JSON: {damage.Message}");
        }
    }
}

/// <summary>A dead letter as it stands in the log.</summary>
internal sealed record StoredDeadLetter
{
    public required string Exchange { get; init; }

    public required string Origin { get; init; }

    public required long Sequence { get; init; }

    public required string Reason { get; init; }

    public required string Detail { get; init; }

    public required long ReceivedMicroseconds { get; init; }

    public required byte[] Original { get; init; }

    public required long OriginalLength { get; init; }
}

[JsonSerializable(typeof(List<StoredDeadLetter>))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
