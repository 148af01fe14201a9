using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/symbols</c> answers.</summary>
public sealed record SymbolPage
{
    /// <summary>The configured instruments, in the order of the instruments file.</summary>
    public required ImmutableArray<SymbolView> Data { get; init; }
}
