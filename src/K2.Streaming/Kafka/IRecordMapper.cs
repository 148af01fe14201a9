using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>
/// The form in which the records of a topic stand in Kafka: one message a record, so that other consumers of the topic can read them. It turns
/// the payload of an append into messages, and messages back into a payload. Pure and thread-safe: appends and reads call it from any thread.
/// </summary>
/// <remarks>
/// Entries come back as they were appended, with two exceptions: another producer's messages between them split an entry, and a reader may
/// start in its middle. <see cref="Join"/> therefore gets any part of an append, and each message must be readable without the others.
/// </remarks>
public interface IRecordMapper
{
    /// <summary>Adds the messages of an append, one for each of its records, in their order. The append's key becomes each message's key.</summary>
    /// <param name="append">What was handed to the log; its payload stays as it is until the append has completed, so messages may be slices of it.</param>
    /// <param name="messages">Empty at first.</param>
    /// <exception cref="ArgumentException">The payload is not what this topic holds; nothing of the call is appended.</exception>
    void Split(in LogAppend append, ICollection<RecordMessage> messages);

    /// <summary>Returns the payload of an entry that has exactly these records.</summary>
    /// <param name="key">The key of all of them. Messages without a key, or in a partition that is not their key's, do not come here.</param>
    /// <param name="messages">At least one, next to each other in the partition. The list is reused after the call; the messages are not.</param>
    /// <exception cref="CorruptRecordException">A message cannot be read. The reader passes its bytes on as a <see cref="DamagedRecord"/> under that one's key, and goes on.</exception>
    /// <exception cref="K2Exception">Something that is needed to read does not answer. The reader stands still and tries again at the next read.</exception>
    byte[] Join(string key, IReadOnlyList<RecordMessage> messages);
}
