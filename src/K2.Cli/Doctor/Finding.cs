namespace K2.Cli.Doctor;

/// <summary>What one check of the environment found.</summary>
/// <param name="Grade">How it is.</param>
/// <param name="What">What was looked at.</param>
/// <param name="Detail">What was found and, if it is not well, how to mend it.</param>
internal sealed record Finding(Grade Grade, string What, string Detail);
