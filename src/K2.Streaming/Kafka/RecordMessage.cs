using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>One record as a Kafka message. Its time is that of the sending: retention by age counts from there, also for trades of the past.</summary>
/// <param name="Value">Null to send none: most readers of Kafka step over such a message. An empty value may come back as null.</param>
/// <param name="Headers">
/// None if null. The log never changes the object, so messages may share it. Names that begin with <c>k2.log.</c> belong to the log; a message
/// that is read may have them.
/// </param>
public readonly record struct RecordMessage(ReadOnlyMemory<byte>? Value, Headers? Headers);
