using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Embedded;

/// <summary>
/// Reads a log folder after whatever happened to it: verifies every entry, cuts a torn tail, takes damaged bytes out of a segment (keeping the
/// file aside), and raises the epoch wherever a position could otherwise be given out twice.
/// </summary>
internal sealed class LogRecoverer(EmbeddedLogOptions options, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen)
{
    private const string DamagedFolder = "damaged";

    private readonly Dictionary<int, TopicState> _topics = [];
    private readonly List<Segment> _segments = [];
    private readonly List<string> _preserved = [];
    private readonly List<EpochChange> _changes = [];
    private readonly Dictionary<int, string> _damage = [];
    private CommittedPositions _committed = null!;
    private string? _damageToAll;
    private long _entries;
    private long _truncated;
    private long _skipped;
    private long _lastNumber;
    private byte[] _buffer = [];

    public async Task<RecoveredLog> RunAsync(CancellationToken cancellationToken)
    {
        SegmentWriter.DeleteTemporaries(options.Folder);
        _committed = CommittedPositions.Read(options.Folder);
        var numbers = Segment.Find(options.Folder);
        for (var i = 0; i < numbers.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Take(numbers[i], i == numbers.Count - 1);
        }

        var carried = new WriteBuffer(0);
        var repartitioned = 0L;
        foreach (var topic in options.Topics) repartitioned += await SettleAsync(topic, carried, cancellationToken);
        foreach (var topic in _topics.Values.Where(topic => options.Topics.All(configured => configured.Name != topic.Name))) RaiseIfDamaged(topic, [], 0);

        var recovery = new LogRecovery
        {
            Created = numbers.Count == 0,
            Segments = numbers.Count,
            Entries = _entries,
            TruncatedBytes = _truncated,
            SkippedBytes = _skipped,
            PreservedFiles = _preserved,
            Repartitioned = repartitioned,
            EpochChanges = _changes,
        };
        return new RecoveredLog([.. _topics.Values.OrderBy(topic => topic.Id)], _segments, _lastNumber + 1, _committed, carried.Written.ToArray(), recovery);
    }

    private void Take(long number, bool isLast)
    {
        _lastNumber = number;
        var path = Segment.PathOf(options.Folder, number);
        var scan = SegmentScan.Read(path, ref _buffer);
        var torn = isLast ? scan.TornBytes : 0;
        var skipped = scan.SkippedBytes + (isLast ? 0 : scan.TornBytes);
        if (scan.Header is { } header) MergeTopics(header);

        var segment = new Segment(options.Folder, number, scan.Header?.CreatedMicroseconds ?? 0);
        var whole = scan.Frames.Where(frame => Belongs(frame.Frame)).ToList();
        if (skipped > 0 || whole.Count < scan.Frames.Count || scan.Header is null)
        {
            Preserve(path);
            _damageToAll ??= $"segment {number} was damaged";
            whole = Rewrite(path, number, whole, segment);
        }
        else if (torn > 0)
        {
            _damageToAll ??= $"segment {number} had a torn end of {torn} bytes";
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.SetLength(handle, scan.GoodLength);
            RandomAccess.FlushToDisk(handle);
        }

        _truncated += torn;
        _skipped += skipped;
        segment.Length = new FileInfo(path).Length;
        segment.ClosedMicroseconds = (new DateTimeOffset(File.GetLastWriteTimeUtc(path)) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var (frame, start) in whole) _topics[frame.TopicId].Partitions[frame.Partition].AddRecovered(segment, frame, start);
        _entries += whole.Count;
        if (whole.Count > 0) _segments.Add(segment);
        else segment.Delete();
    }

    // A whole entry of a topic that no readable header names, or below what is already there, cannot be placed.
    private bool Belongs(in FrameHeader frame) =>
        _topics.TryGetValue(frame.TopicId, out var topic) && frame.Partition < topic.Partitions.Length && frame.FirstVersion >= topic.Partitions[frame.Partition].End.Version;

    private void MergeTopics(SegmentHeader header)
    {
        foreach (var stored in header.Topics)
        {
            if (!_topics.TryGetValue(stored.Id, out var topic))
            {
                _topics[stored.Id] = topic = new TopicState(stored.Id, stored.Name, stored.Epoch, stored.NextVersions.Length);
            }
            else if (topic.Partitions.Length != stored.NextVersions.Length)
            {
                topic.Repartition(stored.Epoch, stored.NextVersions.Length);
            }
            else if (stored.Epoch > topic.Epoch)
            {
                topic.Raise(stored.Epoch);
            }
            else if (_segments.Count > 0 && stored.NextVersions.Where((next, p) => next > topic.Partitions[p].End.Version).Any())
            {
                _damage[stored.Id] = $"entries in front of segment {header.Number} are missing";
            }

            for (var p = 0; p < stored.NextVersions.Length; p++)
            {
                var next = new LogPosition(stored.NextVersions[p]);
                if (next > topic.Partitions[p].End) topic.Partitions[p].SetEnd(next);
            }
        }
    }

    private async Task<long> SettleAsync(LogTopic configured, WriteBuffer carried, CancellationToken cancellationToken)
    {
        var seen = highestSeen.Where(pair => pair.Key.Topic == configured.Name).ToDictionary(pair => pair.Key.Partition, pair => pair.Value);
        var highest = seen.Count > 0 ? seen.Values.Max(position => position.Epoch) : 0;
        var topic = _topics.Values.FirstOrDefault(topic => topic.Name == configured.Name);
        if (topic is null)
        {
            for (var p = 0; p < configured.Partitions; p++) highest = Math.Max(highest, new LogPosition(_committed[configured.Name, p]).Epoch);
            var id = _topics.Count == 0 ? 1 : _topics.Keys.Max() + 1;
            _topics[id] = new TopicState(id, configured.Name, Next(highest), configured.Partitions);
            _changes.Add(new EpochChange(configured.Name, 0, highest + 1, highest == 0 ? "created" : "created, and positions of an earlier log are known downstream"));
            return 0;
        }

        if (topic.Partitions.Length == configured.Partitions)
        {
            RaiseIfDamaged(topic, seen, highest);
            return 0;
        }

        return await RepartitionAsync(topic, configured, Math.Max(highest, topic.Epoch), carried, cancellationToken);
    }

    private void RaiseIfDamaged(TopicState topic, Dictionary<int, LogPosition> seen, int highest)
    {
        var reason = _damageToAll ?? _damage.GetValueOrDefault(topic.Id);
        for (var p = 0; p < topic.Partitions.Length; p++)
        {
            var end = topic.Partitions[p].End;
            var committed = new LogPosition(_committed[topic.Name, p]);
            highest = Math.Max(highest, committed.Epoch);
            if (committed > end) reason ??= $"partition {p} ends at {end}, but {committed} was committed";
            if (seen.TryGetValue(p, out var known) && known >= end) reason ??= $"partition {p} ends at {end}, but {known} is known downstream";
        }

        if (reason is null && highest > topic.Epoch) reason = "a higher epoch is known downstream";
        if (reason is null) return;

        var old = topic.Epoch;
        topic.Raise(Next(Math.Max(highest, old)));
        _changes.Add(new EpochChange(topic.Name, old, topic.Epoch, reason));
    }

    // Uncommitted entries go, in order, to the partition that their key has now. They get new positions; readers know them by identity.
    private async Task<long> RepartitionAsync(TopicState topic, LogTopic configured, int highest, WriteBuffer carried, CancellationToken cancellationToken)
    {
        var old = topic.Partitions;
        var oldEpoch = topic.Epoch;
        for (var p = 0; p < old.Length; p++) highest = Math.Max(highest, new LogPosition(_committed[topic.Name, p]).Epoch);
        topic.Repartition(Next(highest), configured.Partitions);
        var count = 0L;
        foreach (var source in old)
        {
            await using var reader = new EmbeddedLogReader(source, new LogPosition(_committed[topic.Name, source.Partition]), TimeProvider.System, CancellationToken.None);
            while (await reader.ReadAsync(1 << 20, TimeSpan.Zero, cancellationToken) is { Count: > 0 } entries)
            {
                foreach (var entry in entries)
                {
                    var target = topic.Partitions[StablePartitioner.PartitionOf(entry.Key, configured.Partitions)];
                    carried.Add(target, entry.Key, entry.RecordCount, target.WriterNext.Version, entry.Payload);
                    target.WriterNext = target.WriterNext.Plus(entry.RecordCount);
                    count++;
                }
            }
        }

        _committed.Forget(topic.Name);
        _changes.Add(new EpochChange(topic.Name, oldEpoch, topic.Epoch, $"{old.Length} partitions became {configured.Partitions}"));
        return count;
    }

    private static int Next(int epoch) => epoch < LogPosition.MaxEpoch
        ? epoch + 1
        : throw new StartupException($"the log's epoch has reached {LogPosition.MaxEpoch} and cannot rise; start with an empty data folder");

    private void Preserve(string path)
    {
        var folder = Path.Combine(options.Folder, DamagedFolder);
        Directory.CreateDirectory(folder);
        var name = Path.GetFileNameWithoutExtension(path);
        var target = Path.Combine(folder, Path.GetFileName(path));
        for (var i = 2; File.Exists(target); i++) target = Path.Combine(folder, $"{name}.{i}{Path.GetExtension(path)}");
        File.Copy(path, target);
        _preserved.Add(target);
    }

    private List<(FrameHeader Frame, long Start)> Rewrite(string path, long number, List<(FrameHeader Frame, long Start)> whole, Segment segment)
    {
        // The buffer still holds the file as it was scanned.
        var header = new SegmentHeader(number, segment.CreatedMicroseconds, _topics.Values.Select(topic =>
            new SegmentTopic(topic.Id, topic.Name, topic.Epoch, [.. topic.Partitions.Select(partition => partition.End.Version)])).ToList()).Encode();
        var result = new List<(FrameHeader, long)>(whole.Count);
        var temporary = path + ".new";
        using (var file = File.Create(temporary))
        {
            file.Write(header);
            foreach (var (frame, start) in whole)
            {
                result.Add((frame, file.Position));
                file.Write(_buffer, (int)start, frame.FrameLength);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        return result;
    }
}
