using System.Globalization;
using System.Text;
using Confluent.Kafka;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Timestamp = K2.Domain.Timestamp;

namespace K2.Streaming.Kafka.Mappers;

/// <summary>
/// The dead-letter topic's messages: the value is the original input, byte for byte; headers of plain text say where it came from and why it was refused:
/// <c>exchange</c>, <c>origin</c>, <c>sequence</c>, <c>reason</c>, <c>detail</c>, <c>received_micros</c> (since 1970 UTC) and <c>original_length</c>, which is more than
/// the value's where a long input was cut.
/// </summary>
public sealed class DeadLetterMapper : IRecordMapper
{
    /// <inheritdoc/>
    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        foreach (var letter in DeadLetterCodec.Decode(append.Payload.ToArray()))
        {
            messages.Add(new RecordMessage(letter.Original, new Headers
            {
                { "exchange", Bytes(letter.Exchange.ToName()) },
                { "origin", Bytes(letter.Origin) },
                { "sequence", Bytes(letter.Sequence.ToString(CultureInfo.InvariantCulture)) },
                { "reason", Bytes(letter.Reason) },
                { "detail", Bytes(letter.Detail) },
                { "received_micros", Bytes(letter.ReceivedTime.Microseconds.ToString(CultureInfo.InvariantCulture)) },
                { "original_length", Bytes(letter.OriginalLength.ToString(CultureInfo.InvariantCulture)) },
            }));
        }
    }

    /// <inheritdoc/>
    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages) => DeadLetterCodec.Encode([.. messages.Select(Read)]);

    private static DeadLetter Read(RecordMessage message) => new()
    {
        Exchange = ExchangeNames.TryParse(Text(message, "exchange"), out var exchange) ? exchange : throw new CorruptRecordException($"a dead letter of the unknown exchange '{Text(message, "exchange")}'"),
        Origin = Text(message, "origin"),
        Sequence = Number(message, "sequence"),
        Reason = Text(message, "reason"),
        Detail = Text(message, "detail"),
        ReceivedTime = new Timestamp(Number(message, "received_micros")),
        Original = message.Value ?? ReadOnlyMemory<byte>.Empty,
        OriginalLength = Number(message, "original_length"),
    };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(in RecordMessage message, string name) =>
        message.Headers is { } headers && headers.TryGetLastBytes(name, out var value) && value is not null ? Encoding.UTF8.GetString(value) : throw new CorruptRecordException($"a dead letter without the header {name}");

    private static long Number(in RecordMessage message, string name) =>
        long.TryParse(Text(message, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new CorruptRecordException($"a dead letter whose header {name} is no number");
}
