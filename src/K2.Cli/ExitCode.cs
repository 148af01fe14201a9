namespace K2.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command was understood but could not be done.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a folder it names is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C, as shells count it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
