namespace K2.Streaming.Embedded;

/// <summary>Creates the files that a log writes.</summary>
internal interface ILogFiles
{
    /// <summary>Creates a file, or empties it.</summary>
    ILogFile Create(string path);
}
