using K2.Domain;

namespace K2.Abstractions.Warehouse;

/// <summary>A raw frame or REST page as it is kept.</summary>
/// <param name="Origin">Its connection, capture or run of REST requests.</param>
/// <param name="Sequence">Its number within the origin.</param>
/// <param name="Received">When it was received.</param>
/// <param name="Bytes">The bytes as received.</param>
public sealed record StoredFrame(string Origin, long Sequence, Timestamp Received, byte[] Bytes);
