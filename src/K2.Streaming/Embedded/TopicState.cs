using K2.Domain.Log;

namespace K2.Streaming.Embedded;

/// <summary>A topic that the folder knows, configured or not.</summary>
internal sealed class TopicState(int id, string name, int epoch, int partitions)
{
    public int Id => id;

    public string Name => name;

    public int Epoch { get; private set; } = epoch;

    public PartitionLog[] Partitions { get; private set; } = Create(id, name, epoch, partitions);

    /// <summary>Begins a new epoch: what is in the log stays readable, further appends are above it.</summary>
    public void Raise(int to)
    {
        Epoch = to;
        foreach (var partition in Partitions) partition.SetEnd(LogPosition.Create(to, 0));
    }

    /// <summary>Begins a new epoch with another number of partitions, all of them empty.</summary>
    public void Repartition(int to, int partitions)
    {
        Epoch = to;
        Partitions = Create(id, name, to, partitions);
    }

    private static PartitionLog[] Create(int id, string name, int epoch, int count)
    {
        var partitions = new PartitionLog[count];
        for (var i = 0; i < count; i++)
        {
            partitions[i] = new PartitionLog(id, name, i);
            partitions[i].SetEnd(LogPosition.Create(epoch, 0));
        }

        return partitions;
    }
}
