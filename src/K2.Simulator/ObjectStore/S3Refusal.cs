namespace K2.Simulator.ObjectStore;

/// <summary>Why a store does not do a request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">S3's code of the error.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record S3Refusal(int Status, string Code, string Message);
