namespace K2.Streaming.Avro;

/// <summary>The numbers under which a schema registry knows the platform's schemas.</summary>
/// <param name="Trade">Of <c>trade.v1.avsc</c>.</param>
/// <param name="Control">Of <c>control.v1.avsc</c>.</param>
public sealed record AvroSchemaIds(int Trade, int Control);
