namespace K2.Exchanges.Connections;

/// <summary>Counts of one worker: written by its connections, of which two may overlap, read by anyone.</summary>
internal sealed class WorkerCounters
{
    public long Frames;
    public long Trades;
    public long Rejected;
    public long OtherStreams;
    public long OtherTradeKinds;
    public long NotAskedFor;
    public long SequenceJumps;
    public long LastFrameMicroseconds;
}
