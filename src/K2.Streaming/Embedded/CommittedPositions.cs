using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace K2.Streaming.Embedded;

/// <summary>
/// The committed position of each partition, in a file with two slots a partition: a commit overwrites the older slot, so a torn write leaves
/// the newer one. A commit is one small write without fsync (it survives the process, not the machine): a lost one only means redelivery.
/// Thread-safe.
/// </summary>
internal sealed class CommittedPositions : IDisposable
{
    private const string FileName = "committed";
    private const int SlotSize = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<(ulong Topic, int Partition), Row> _rows = [];
    private readonly string _path;
    private SafeFileHandle? _handle;
    private bool _dirty;

    private CommittedPositions(string path) => _path = path;

    /// <summary>Reads what a folder holds; slots that fail their checksum are left out.</summary>
    public static CommittedPositions Read(string folder)
    {
        var positions = new CommittedPositions(Path.Combine(folder, FileName));
        if (!File.Exists(positions._path)) return positions;

        var bytes = File.ReadAllBytes(positions._path);
        for (var at = 0; at + SlotSize <= bytes.Length; at += SlotSize)
        {
            var slot = bytes.AsSpan(at, SlotSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot[28..]) != Crc32.HashToUInt32(slot[..28])) continue;
            var key = (BinaryPrimitives.ReadUInt64LittleEndian(slot), BinaryPrimitives.ReadInt32LittleEndian(slot[8..]));
            var version = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
            if (version > 0 && (!positions._rows.TryGetValue(key, out var known) || version > known.Version)) positions._rows[key] = new Row { Version = version };
        }

        return positions;
    }

    /// <summary>Returns a partition's committed version, or 0.</summary>
    public long this[string topic, int partition]
    {
        get
        {
            lock (_gate) return _rows.TryGetValue((HashOf(topic), partition), out var row) ? row.Version : 0;
        }
    }

    /// <summary>Forgets a topic: its partitions have changed.</summary>
    public void Forget(string topic)
    {
        lock (_gate)
        {
            var hash = HashOf(topic);
            foreach (var key in _rows.Keys.Where(key => key.Topic == hash).ToList()) _rows.Remove(key);
        }
    }

    /// <summary>Writes a fresh file with a place for each partition, and puts it in place of the old one.</summary>
    public void Rewrite(IEnumerable<PartitionLog> partitions)
    {
        var index = 0;
        foreach (var partition in partitions)
        {
            var key = (HashOf(partition.Topic), partition.Partition);
            if (!_rows.TryGetValue(key, out var row)) _rows[key] = row = new Row();
            row.Index = index++;
        }

        var bytes = new byte[index * SlotSize * 2];
        foreach (var (key, row) in _rows.Where(pair => pair.Value.Index >= 0)) Encode(key, row, bytes.AsSpan(row.Index * SlotSize * 2, SlotSize));

        var temporary = _path + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(temporary, _path, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(_path)!);
        _handle = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>Moves a partition's committed version forward; a lower one changes nothing. Returns whether it moved.</summary>
    public bool Advance(string topic, int partition, long version)
    {
        lock (_gate)
        {
            var key = (HashOf(topic), partition);
            var row = _rows[key];
            if (version <= row.Version) return false;

            ObjectDisposedException.ThrowIf(_handle is null, this);
            Span<byte> slot = stackalloc byte[SlotSize];
            var previous = row.Version;
            row.Version = version;
            row.Second = !row.Second;
            Encode(key, row, slot);
            try
            {
                RandomAccess.Write(_handle, slot, ((row.Index * 2L) + (row.Second ? 1 : 0)) * SlotSize);
            }
            catch
            {
                row.Version = previous;
                throw;
            }

            _dirty = true;
            return true;
        }
    }

    /// <summary>Makes the commits durable against a power loss.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_dirty || _handle is null) return;
            _dirty = false;
            RandomAccess.FlushToDisk(_handle);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            try
            {
                Flush();
            }
            finally
            {
                _handle?.Dispose();
                _handle = null;
            }
        }
    }

    private static void Encode((ulong Topic, int Partition) key, Row row, Span<byte> slot)
    {
        slot.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(slot, key.Topic);
        BinaryPrimitives.WriteInt32LittleEndian(slot[8..], key.Partition);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], row.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[28..], Crc32.HashToUInt32(slot[..28]));
    }

    // Names rather than ids: the file outlives a deleted log, whose ids then start anew.
    private static ulong HashOf(string topic) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(topic.AsSpan()));

    private sealed class Row
    {
        public long Version;
        public int Index = -1;
        public bool Second;
    }
}
