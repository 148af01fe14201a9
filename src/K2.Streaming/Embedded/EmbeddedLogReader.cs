using System.Buffers;
using System.Text;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Win32.SafeHandles;

namespace K2.Streaming.Embedded;

/// <summary>
/// Reads one partition: the newest entries from the memory shared by all readers, older ones from the segment files through its own buffer,
/// stepping over the entries of other partitions without reading their bodies.
/// </summary>
internal sealed class EmbeddedLogReader(PartitionLog partition, LogPosition from, TimeProvider time, CancellationToken closed) : ILogReader
{
    private const int BufferSize = 128 << 10;

    private Segment? _segment;
    private SafeFileHandle? _handle;
    private byte[]? _buffer;
    private long _bufferStart;
    private int _bufferLength;
    private int _extent;
    private long _offset;
    private LogPosition _offsetIsFor;
    private bool _disposed;

    public LogPosition Position { get; private set; } = from;

    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var changed = partition.Changed;
        var entries = ReadNow(maxBytes);
        if (entries.Count > 0 || maxWait <= TimeSpan.Zero) return entries;

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closed);
        var delay = Task.Delay(maxWait, time, ended.Token);
        while (true)
        {
            var first = await Task.WhenAny(changed, delay);
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(closed.IsCancellationRequested, typeof(EmbeddedLog));
            changed = partition.Changed;
            entries = ReadNow(maxBytes);
            if (entries.Count == 0 && first != delay) continue;
            await ended.CancelAsync();
            return entries;
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        Leave();
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        return ValueTask.CompletedTask;
    }

    private List<LogEntry> ReadNow(int maxBytes)
    {
        var entries = new List<LogEntry>();
        if (partition.TryReadTail(Position, maxBytes, entries))
        {
            // At the end the memory serves: a reader there holds neither file nor buffer.
            if (_handle is not null) Leave();
        }
        else
        {
            ReadFiles(maxBytes, entries);
        }

        if (entries.Count > 0) Position = entries[^1].Next;
        return entries;
    }

    private void ReadFiles(int maxBytes, List<LogEntry> entries)
    {
        var position = Position;
        var bytes = 0L;
        if (_segment is null || _offsetIsFor != position) Locate(position);
        while (_segment is not null && bytes < maxBytes)
        {
            if (!partition.TryGetExtent(_segment, _extent, out var extent))
            {
                Locate(position);
                continue;
            }

            if (_offset < extent.Start) _offset = extent.Start;
            if (_offset >= extent.End)
            {
                if (!TryNextExtent(position)) break;
                continue;
            }

            var frame = ReadHeader(extent.End);
            if (frame.TopicId == partition.TopicId && frame.Partition == partition.Partition && frame.FirstVersion + frame.RecordCount > position.Version)
            {
                var entry = ReadEntry(frame);
                entries.Add(entry);
                bytes += entry.Payload.Length;
                position = entry.Next;
            }

            _offset += frame.FrameLength;
        }

        _offsetIsFor = position;
    }

    private bool TryNextExtent(LogPosition position)
    {
        if (partition.TryGetExtent(_segment!, _extent + 1, out var next))
        {
            _extent++;
            _offset = next.Start;
            return true;
        }

        var old = _segment;
        var extent = _extent;
        var offset = _offset;
        Locate(position);
        if (_segment is null) return false;
        if (!ReferenceEquals(_segment, old) || _extent != extent) return true;

        // Located at the same extent again: it grew since it was looked at.
        _offset = offset;
        return partition.TryGetExtent(_segment, _extent, out var now) && now.End > offset;
    }

    private void Locate(LogPosition position)
    {
        while (partition.TryLocate(position, out var segment, out var index, out var extent))
        {
            if (!ReferenceEquals(segment, _segment) || _handle is null)
            {
                Leave();
                _handle = segment!.TryOpen();
                if (_handle is null) continue; // deleted meanwhile: the partition forgets it too
                _segment = segment;
            }

            _extent = index;
            _offset = extent.Start;
            return;
        }

        Leave();
    }

    private void Leave()
    {
        _handle?.Dispose();
        _handle = null;
        _segment = null;
        _bufferLength = 0;
    }

    private FrameHeader ReadHeader(long limit)
    {
        var bytes = Bytes(_offset, FrameHeader.Size, limit);
        if (!FrameHeader.TryRead(bytes, out var frame)) throw Corrupt("the entry's header fails its checksum");
        return frame;
    }

    private LogEntry ReadEntry(in FrameHeader frame)
    {
        var start = _offset + FrameHeader.Size;
        byte[] payload;
        string key;
        if (frame.BodyLength <= BufferSize)
        {
            var body = Bytes(start, frame.BodyLength, long.MaxValue);
            if (FrameHeader.HashBody(body) != frame.BodyHash) throw Corrupt("the entry fails its checksum");
            key = Encoding.UTF8.GetString(body[..frame.KeyLength]);
            payload = body[frame.KeyLength..].ToArray();
        }
        else
        {
            var body = new byte[frame.BodyLength];
            if (ReadFully(body, start) < body.Length || FrameHeader.HashBody(body) != frame.BodyHash) throw Corrupt("the entry fails its checksum");
            key = Encoding.UTF8.GetString(body.AsSpan(0, frame.KeyLength));
            payload = body[frame.KeyLength..];
        }

        return new LogEntry(new LogPosition(frame.FirstVersion), key, frame.RecordCount, payload);
    }

    // Returns bytes of the file from the buffer, filling it from the offset on, but not beyond the limit: what follows belongs to others.
    private ReadOnlySpan<byte> Bytes(long offset, int count, long limit)
    {
        if (offset < _bufferStart || offset + count > _bufferStart + _bufferLength)
        {
            _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
            _bufferStart = offset;
            _bufferLength = ReadFully(_buffer.AsSpan(0, (int)Math.Max(count, Math.Min(BufferSize, limit - offset))), offset);
            if (_bufferLength < count) throw Corrupt("the file ends inside an entry");
        }

        return _buffer.AsSpan((int)(offset - _bufferStart), count);
    }

    private int ReadFully(Span<byte> target, long offset)
    {
        var total = 0;
        while (total < target.Length)
        {
            var read = RandomAccess.Read(_handle!, target[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    private CorruptRecordException Corrupt(string what) =>
        new($"{partition.Topic}/{partition.Partition} behind {Position}: {what} (segment {_segment!.Number}, byte {_offset}); restart to have the log recovered");
}
