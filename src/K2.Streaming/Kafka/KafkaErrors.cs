using Confluent.Kafka;
using K2.Abstractions;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace K2.Streaming.Kafka;

/// <summary>Turns what the client reports into the platform's exceptions.</summary>
internal static class KafkaErrors
{
    /// <summary>Returns whether the same call may succeed later without anybody changing the broker's or the client's settings.</summary>
    public static bool IsTransient(Error error) => error.Code is not (
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsgSize or ErrorCode.InvalidRecord
        or ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed
        or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.UnsupportedSaslMechanism
        or ErrorCode.TopicException or ErrorCode.PolicyViolation or ErrorCode.InvalidRequiredAcks or ErrorCode.UnsupportedVersion or ErrorCode.UnsupportedForMessageFormat
        or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_InvalidArg);

    /// <summary>Returns an exception for an error.</summary>
    public static K2Exception Exception(string what, Error error, Exception? inner = null) =>
        new($"{what}: {error.Reason} ({error.Code})", IsTransient(error), inner ?? new KafkaException(error));
}
