using K2.Abstractions;

namespace K2.Streaming.SchemaRegistry;

/// <summary>Finds schemas by the numbers that stand in messages. Thread-safe.</summary>
public interface ISchemaLookup
{
    /// <summary>Returns the schema's text, or null if the registry does not know the number. May ask the registry, and then blocks for a bounded time.</summary>
    /// <exception cref="K2Exception">The registry does not answer; asking again later may help.</exception>
    string? Find(int id);
}
