namespace K2.Exchanges.Rest;

/// <summary>A successful answer of an exchange.</summary>
/// <param name="Body">The body.</param>
/// <param name="Header">Returns a response header's value, or null.</param>
public sealed record RestAnswer(byte[] Body, Func<string, string?> Header);
