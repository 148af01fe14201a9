namespace K2.Client.Watching;

/// <summary>What a watch reads from, so that it ends with its connection.</summary>
internal interface IWatchChannel
{
    /// <summary>Ends the watch: its reader gets what is waiting and then the failure, if any.</summary>
    void End(Exception? failure = null);
}
