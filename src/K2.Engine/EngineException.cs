namespace K2.Engine;

/// <summary>The engine refused a statement; the message is ClickHouse's own text.</summary>
internal sealed class EngineException(string message) : Exception(message);
