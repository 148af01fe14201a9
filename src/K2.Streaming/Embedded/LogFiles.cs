namespace K2.Streaming.Embedded;

/// <summary>Files on a disk.</summary>
internal sealed class LogFiles : ILogFiles
{
    public static LogFiles Instance { get; } = new();

    private LogFiles()
    {
    }

    public ILogFile Create(string path) => new LogFile(path);
}
