namespace K2.Engine;

/// <summary>The plain bytes of a body in ClickHouse's own compression (decompress=1).</summary>
internal sealed class UnpackingStream(Stream source) : OneWayStream
{
    private byte[] _block = [];
    private int _at;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _block.Length)
        {
            if (await CompressedBlocks.ReadAsync(source, cancellationToken) is not { } next) return 0;
            (_block, _at) = (next, 0);
        }

        var part = Math.Min(buffer.Length, _block.Length - _at);
        _block.AsMemory(_at, part).CopyTo(buffer);
        _at += part;
        return part;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }
}
