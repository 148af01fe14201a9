namespace K2.Exchanges.Rest;

/// <summary>An answer of an exchange.</summary>
/// <param name="Status">HTTP status: 200, or 400 and 404 where the request takes them.</param>
/// <param name="Body">The body.</param>
/// <param name="Header">Returns a response header's value, or null.</param>
public sealed record RestAnswer(int Status, byte[] Body, Func<string, string?> Header);
