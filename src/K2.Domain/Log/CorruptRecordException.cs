namespace K2.Domain.Log;

/// <summary>Stored bytes are not what the platform writes: damaged, truncated, or of an unknown format version. Retrying does not help.</summary>
public sealed class CorruptRecordException(string message) : Exception(message);
