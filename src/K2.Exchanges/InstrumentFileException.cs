namespace K2.Exchanges;

/// <summary>The instruments file cannot be used. The message is one line: file, line, what is wrong and how to mend it.</summary>
public sealed class InstrumentFileException(string file, long line, string problem, Exception? inner = null)
    : Exception(line > 0 ? $"{file} line {line}: {problem}" : $"{file}: {problem}", inner)
{
    /// <summary>The file's path as given.</summary>
    public string File { get; } = file;

    /// <summary>The line, from 1; 0 if the whole file is meant.</summary>
    public long Line { get; } = line;
}
