namespace K2.Cli;

/// <summary>Where a command writes.</summary>
/// <param name="Out">Standard output as text.</param>
/// <param name="Error">Standard error as text.</param>
/// <param name="Binary">Standard output as bytes; not to be mixed with <paramref name="Out"/> in one command.</param>
/// <param name="IsInteractive">Whether standard output is a terminal; if not, nothing but plain text is written.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, Stream Binary, bool IsInteractive)
{
    /// <summary>Returns the terminal of this process.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, Console.OpenStandardOutput(), !Console.IsOutputRedirected);
}
