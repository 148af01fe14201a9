namespace K2.Abstractions.Diagnostics;

/// <summary>A probe that does nothing.</summary>
public sealed class NoProtocolProbe : IProtocolProbe
{
    /// <summary>The only instance.</summary>
    public static NoProtocolProbe Instance { get; } = new();

    private NoProtocolProbe()
    {
    }

    /// <inheritdoc/>
    public void Enter(ProtocolStep step)
    {
    }
}
