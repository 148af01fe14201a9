namespace K2.Abstractions.Log;

/// <summary>A topic of the log and its fixed number of partitions.</summary>
/// <param name="Name">See <see cref="TopicNames"/>.</param>
/// <param name="Partitions">At least 1; changing it for an existing topic raises the epoch.</param>
public sealed record LogTopic(string Name, int Partitions);
