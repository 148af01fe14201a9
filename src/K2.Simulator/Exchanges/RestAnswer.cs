namespace K2.Simulator.Exchanges;

/// <summary>An answer of a REST API.</summary>
internal sealed record RestAnswer(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; } = [];
}
