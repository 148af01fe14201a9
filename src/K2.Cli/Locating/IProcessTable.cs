namespace K2.Cli.Locating;

/// <summary>Which processes run on this machine.</summary>
internal interface IProcessTable
{
    /// <summary>Returns when the process with an id started (UTC), or null if none runs.</summary>
    DateTimeOffset? StartOf(int processId);
}
