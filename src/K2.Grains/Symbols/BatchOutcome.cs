namespace K2.Grains.Symbols;

/// <summary>What became of a delivered batch.</summary>
internal enum BatchOutcome
{
    /// <summary>Its effect is durable (or it was a repeat without effect).</summary>
    Applied,

    /// <summary>Records before it are missing: the stream must be rewound to the position reached.</summary>
    Hole,
}
