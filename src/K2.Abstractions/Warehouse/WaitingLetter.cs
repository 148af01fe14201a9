namespace K2.Abstractions.Warehouse;

/// <summary>A dead letter whose content may be taken later.</summary>
/// <param name="Origin">With the sequence its key.</param>
/// <param name="Sequence">Of a trade its id.</param>
/// <param name="Original">The bytes as they were kept.</param>
public sealed record WaitingLetter(string Origin, long Sequence, ReadOnlyMemory<byte> Original);
