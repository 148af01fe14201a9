namespace K2.Abstractions.Log;

/// <summary>A batch of one key to be appended. It takes as many offsets as it has records.</summary>
/// <param name="Topic">A topic of the log.</param>
/// <param name="Key">Decides the partition; batches of one key keep their order.</param>
/// <param name="RecordCount">Records in the payload, at least 1.</param>
/// <param name="Payload">The bytes to store; must not change until the append has completed.</param>
public readonly record struct LogAppend(string Topic, string Key, int RecordCount, ReadOnlyMemory<byte> Payload);
