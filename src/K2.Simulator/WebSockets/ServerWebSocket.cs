using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace K2.Simulator.WebSockets;

/// <summary>
/// The server's side of a WebSocket (RFC 6455). Unlike the framework's it gathers many messages into one write to the network: a write for
/// each message costs more than all other work of a replay. One task may write and another one read.
/// </summary>
internal sealed class ServerWebSocket(Stream stream, Action abort) : IServerSocket
{
    private const int BufferSize = 64 * 1024;
    private const int MaxHeader = 10;
    private const int MaxClientMessage = 256 * 1024;

    private readonly byte[] _input = new byte[16 * 1024];
    private readonly List<byte> _fragments = [];
    private SocketOpcode _fragmentsOpcode;
    private byte[] _output = new byte[BufferSize];
    private int _written;
    private int _inputStart;
    private int _inputEnd;

    /// <inheritdoc/>
    public bool IsFull => _written >= BufferSize - 4096;

    /// <summary>Whether something is gathered.</summary>
    public bool HasOutput => _written > 0;

    /// <summary>Answers an upgrade request; null after the refusal of a request that is none.</summary>
    public static async Task<ServerWebSocket?> AcceptAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        if (upgrade is not { IsUpgradableRequest: true } || key.Length == 0 || context.Request.Headers.SecWebSocketVersion != "13")
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }

#pragma warning disable CA5350 // SHA-1 is what RFC 6455 prescribes for the handshake; nothing depends on its strength.
        var accept = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(accept);
        return new ServerWebSocket(await upgrade.UpgradeAsync(), context.Abort);
    }

    /// <inheritdoc/>
    public void Write(SocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var needed = _written + MaxHeader + payload.Length;
        if (needed > _output.Length) Array.Resize(ref _output, Math.Max(needed, _output.Length * 2));

        var target = _output.AsSpan(_written);
        target[0] = (byte)(0x80 | (int)opcode);
        int header;
        if (payload.Length < 126)
        {
            target[1] = (byte)payload.Length;
            header = 2;
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            target[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)payload.Length);
            header = 4;
        }
        else
        {
            target[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)payload.Length);
            header = 10;
        }

        payload.CopyTo(target[header..]);
        _written += header + payload.Length;
    }

    /// <inheritdoc/>
    public void WritePart(SocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        Write(opcode, payload);
        _written -= payload.Length / 2;
    }

    /// <inheritdoc/>
    public void WriteClose(WebSocketCloseStatus status, string reason)
    {
        Write(SocketOpcode.Close, ClosePayload(status, reason));
    }

    /// <summary>Returns what a closing message holds: the status in two bytes, and the reason.</summary>
    public static byte[] ClosePayload(WebSocketCloseStatus status, string reason)
    {
        var payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)status);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        return payload;
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_written == 0) return;

        var length = _written;
        _written = 0;
        await stream.WriteAsync(_output.AsMemory(0, length), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        if (_output.Length > 4 * BufferSize) _output = new byte[BufferSize];
    }

    /// <inheritdoc/>
    public async ValueTask<ClientMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await FillAsync(2, cancellationToken)) return null;
            var first = _input[_inputStart];
            var second = _input[_inputStart + 1];
            var kind = (SocketOpcode)(first & 0x0F);
            if ((second & 0x80) == 0 || (first & 0x70) != 0) throw new InvalidDataException("a client must mask its frames and use no extension");

            var lengthBytes = (second & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
            if (!await FillAsync(2 + lengthBytes + 4, cancellationToken)) return null;
            var header = _input.AsSpan(_inputStart);
            var length = lengthBytes switch
            {
                2 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
                8 => BinaryPrimitives.ReadUInt64BigEndian(header[2..]),
                _ => (ulong)(second & 0x7F),
            };
            if (length > MaxClientMessage || _fragments.Count + (long)length > MaxClientMessage) throw new InvalidDataException("the client's message is too long");

            var mask = header.Slice(2 + lengthBytes, 4).ToArray();
            _inputStart += 2 + lengthBytes + 4;
            var payload = await ReadPayloadAsync((int)length, mask, cancellationToken);
            if (payload is null) return null;

            // Control frames may stand between the fragments of a message; they are never fragmented themselves.
            if (kind >= SocketOpcode.Close) return new ClientMessage(kind, payload);
            if (kind != SocketOpcode.Continuation) _fragmentsOpcode = kind;
            _fragments.AddRange(payload);
            if ((first & 0x80) == 0) continue;

            var message = new ClientMessage(_fragmentsOpcode, [.. _fragments]);
            _fragments.Clear();
            return message;
        }
    }

    /// <inheritdoc/>
    public void Abort() => abort();

    private async ValueTask<byte[]?> ReadPayloadAsync(int length, byte[] mask, CancellationToken cancellationToken)
    {
        var payload = new byte[length];
        for (var done = 0; done < length;)
        {
            if (_inputStart == _inputEnd && !await FillAsync(1, cancellationToken)) return null;
            var count = Math.Min(length - done, _inputEnd - _inputStart);
            for (var i = 0; i < count; i++) payload[done + i] = (byte)(_input[_inputStart + i] ^ mask[(done + i) & 3]);
            _inputStart += count;
            done += count;
        }

        return payload;
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_inputEnd - _inputStart >= count) return true;

        _input.AsSpan(_inputStart, _inputEnd - _inputStart).CopyTo(_input);
        _inputEnd -= _inputStart;
        _inputStart = 0;
        while (_inputEnd < count)
        {
            var read = await stream.ReadAsync(_input.AsMemory(_inputEnd), cancellationToken);
            if (read == 0) return false;
            _inputEnd += read;
        }

        return true;
    }
}
