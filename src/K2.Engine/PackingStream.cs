namespace K2.Engine;

/// <summary>Writes ClickHouse's own compression (compress=1); the target stays open.</summary>
internal sealed class PackingStream(Stream target) : OneWayStream
{
    private readonly byte[] _block = new byte[1 << 20];
    private int _length;

    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count)
    {
        while (count > 0)
        {
            var part = Math.Min(count, _block.Length - _length);
            Buffer.BlockCopy(buffer, offset, _block, _length, part);
            (_length, offset, count) = (_length + part, offset + part, count - part);
            if (_length == _block.Length) WriteBlock();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _length > 0) WriteBlock();
        base.Dispose(disposing);
    }

    private void WriteBlock()
    {
        target.Write(CompressedBlocks.Pack(_block.AsSpan(0, _length)).Span);
        _length = 0;
    }
}
