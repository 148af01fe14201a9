using K2.Abstractions;
using K2.Streaming.SchemaRegistry;

namespace K2.Streaming.Avro;

/// <summary>
/// Registers the platform's schemas: trades under each topic's subject (<c>{topic}-value</c>, TopicNameStrategy), control records under their own name
/// <c>k2.market.Control</c> (RecordNameStrategy), as they stand in headers of every trade topic.
/// </summary>
public static class TopicSchemas
{
    /// <summary>The subject of control records.</summary>
    public const string ControlSubject = "k2.market.Control";

    /// <summary>Registers the schemas for topics of trades and returns their numbers by topic. Subjects without a rule of their own get BACKWARD.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="topics">The topics of trades.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="StartupException">The registry does not answer, or holds a schema that ours may not follow.</exception>
    public static async Task<IReadOnlyDictionary<string, AvroSchemaIds>> RegisterAsync(SchemaRegistryClient registry, IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        try
        {
            var control = await RegisterAsync(registry, ControlSubject, AvroSchemas.Control, cancellationToken);
            var ids = new Dictionary<string, AvroSchemaIds>(StringComparer.Ordinal);
            foreach (var topic in topics) ids[topic] = new AvroSchemaIds(await RegisterAsync(registry, SchemaRegistryClient.SubjectOf(topic), AvroSchemas.Trade, cancellationToken), control);
            return ids;
        }
        catch (SchemaRegistryException failure)
        {
            throw new StartupException($"the schemas cannot be registered: {failure.Message}", failure) { IsAway = failure.IsTransient };
        }
    }

    private static async Task<int> RegisterAsync(SchemaRegistryClient registry, string subject, string schema, CancellationToken cancellationToken)
    {
        if (!await registry.IsCompatibleAsync(subject, schema, cancellationToken))
            throw new StartupException($"the schema registry holds a schema under '{subject}' that this version's may not follow ({SchemaRegistryClient.Backward}): it is of a newer version of the platform, or of another program");
        var id = await registry.RegisterAsync(subject, schema, cancellationToken);
        if (await registry.CompatibilityAsync(subject, cancellationToken) is null) await registry.SetCompatibilityAsync(subject, SchemaRegistryClient.Backward, cancellationToken);
        return id;
    }
}
