using K2.Domain;

namespace K2.Abstractions.Warehouse;

/// <summary>The outcome of a check, kept in <c>audit_log</c>.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Check">What was checked, for example <c>exchange-candles</c>.</param>
/// <param name="Subject">Of what, for example <c>binance BTC/USDT</c>.</param>
/// <param name="Outcome">A short stable word: equal, different or failed.</param>
/// <param name="Detail">The whole outcome as JSON.</param>
public sealed record AuditEntry(Timestamp At, string Check, string Subject, string Outcome, string Detail);
