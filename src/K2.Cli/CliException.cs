namespace K2.Cli;

/// <summary>A command cannot be done; the message is one line for standard error.</summary>
internal sealed class CliException(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    public static CliException Usage(string message) => new(message, K2.Cli.ExitCode.Usage);

    public static CliException Failed(string message, Exception? inner = null) => new(message, K2.Cli.ExitCode.Failed, inner);
}
