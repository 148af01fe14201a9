namespace K2.Simulator.Exchanges;

/// <summary>A fault at a fixed place of the exchange's trades.</summary>
/// <param name="AfterTrades">It happens when so many trades were made since the start.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Amount">Messages, milliseconds or an index, as the kind says.</param>
/// <param name="Duration">How long, for kinds that last.</param>
public sealed record ScriptedFault(long AfterTrades, FaultKind Kind, int Amount, TimeSpan Duration);
