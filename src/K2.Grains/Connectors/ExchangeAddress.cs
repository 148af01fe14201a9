namespace K2.Grains.Connectors;

/// <summary>Where an exchange is reached instead of its own addresses, for replays and simulations.</summary>
/// <param name="WebSocket">The WebSocket's address.</param>
/// <param name="Rest">The REST API's address, or null where there is none.</param>
public sealed record ExchangeAddress(Uri WebSocket, Uri? Rest);
