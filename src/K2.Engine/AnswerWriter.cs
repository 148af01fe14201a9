using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace K2.Engine;

/// <summary>
/// Takes a query's answer and sends it. The beginning is held, so that a query that fails early has its own status and a short answer its length and its
/// summary; the rest goes to the client as the engine writes it, no faster than the client reads.
/// </summary>
internal sealed class AnswerWriter(HttpContext context, StatementRequest request, string timeZone) : OneWayStream
{
    private const int TagBytes = 8;
    private static readonly TimeSpan ReadingTime = TimeSpan.FromMinutes(1);
    private readonly string _tag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagBytes));
    private readonly Stream _held = request.WaitsForEnd ? new FileBufferingWriteStream(FrontLimits.HeldAnswerBytes, FrontLimits.WaitingAnswerBytes) : new MemoryStream();
    private readonly string? _encoding = BodyEncoding.Choose(request.AcceptEncoding);
    private readonly List<Stream> _layers = [];
    private Stream? _target;

    /// <summary>True when a part of the answer was sent: its status cannot change any more.</summary>
    public bool IsSending => _target is not null;

    public override bool CanWrite => true;

    /// <summary>Sets the headers that every answer to a statement has.</summary>
    public static void Describe(HttpContext context, StatementRequest request, string timeZone)
    {
        var headers = context.Response.Headers;
        headers["X-ClickHouse-Query-Id"] = request.Id;
        headers["X-ClickHouse-Server-Display-Name"] = "k2";
        headers["X-ClickHouse-Timezone"] = request.Parameter("session_timezone") is { } zone && !zone.Any(sign => sign is < ' ' or > '~') ? zone : timeZone;
    }

    /// <summary>Names the answer's format.</summary>
    public void SetFormat(string name, string contentType)
    {
        context.Response.Headers["X-ClickHouse-Format"] = name;
        context.Response.ContentType = contentType;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        context.RequestAborted.ThrowIfCancellationRequested();
        if (_target is null)
        {
            try
            {
                _held.Write(buffer, offset, count);
            }
            catch (IOException full)
            {
                throw EngineException.Of(396, $"The answer is longer than {FrontLimits.WaitingAnswerBytes} bytes, which wait_end_of_query would have to keep: {full.Message}", "TOO_MANY_ROWS_OR_BYTES");
            }

            if (!request.WaitsForEnd && _held.Length > FrontLimits.HeldAnswerBytes) Send();
            return;
        }

        _target.Write(buffer, offset, count);
    }

    /// <summary>Sends what is left and ends the answer.</summary>
    public async Task CompleteAsync(QueryStatistics statistics)
    {
        if (!IsSending)
        {
            Describe(context, request, timeZone);
            context.Response.Headers["X-ClickHouse-Summary"] = Summary(statistics);
            if (_held.Length == 0) _target = context.Response.Body; // An encoding of nothing is not a valid body to every client.
            else Layer();
            if (_layers.Count == 0) context.Response.ContentLength = _held.Length;
            if (_held is FileBufferingWriteStream file) await file.DrainBufferAsync(_target!, context.RequestAborted);
            else await HeldToAsync(_target!);
        }

        await CloseAsync();
        await _held.DisposeAsync();
    }

    /// <summary>
    /// Tells a client that already has a part of the answer what went wrong, as ClickHouse does, and leaves the answer without an end, as nothing else tells
    /// simple clients. The connection is not aborted: that would take back what the client has not read yet.
    /// </summary>
    public async Task BreakAsync(string message, TimeProvider time)
    {
        var text = message.TrimEnd() + "\n";
        await _target!.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\r\n__exception__\r\n{_tag}\r\n{text}{Encoding.UTF8.GetByteCount(text)} {_tag}\r\n__exception__\r\n")));
        await CloseAsync();
        await context.Response.Body.FlushAsync();
        var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        socket.Shutdown(SocketShutdown.Send);
        using var limit = new CancellationTokenSource(ReadingTime, time);
        try
        {
            // The client closes its side when it has read all.
            while (await socket.ReceiveAsync(new byte[1], SocketFlags.None, limit.Token) > 0)
            {
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // It is gone, or reads too slowly.
        }

        context.Abort();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _held.Dispose();
        base.Dispose(disposing);
    }

    private static string Summary(QueryStatistics done) => string.Create(CultureInfo.InvariantCulture, $"{{\"read_rows\":\"{done.ReadRows}\",\"read_bytes\":\"{done.ReadBytes}\",\"written_rows\":\"{done.WrittenRows}\",\"written_bytes\":\"{done.WrittenBytes}\",\"total_rows_to_read\":\"{done.ReadRows}\",\"result_rows\":\"{done.ResultRows}\",\"result_bytes\":\"{done.ResultBytes}\",\"elapsed_ns\":\"{(long)(done.Seconds * 1e9)}\"}}");

    private void Send()
    {
        Describe(context, request, timeZone);
        context.Response.Headers["X-ClickHouse-Summary"] = Summary(default);
        context.Response.Headers["X-ClickHouse-Exception-Tag"] = _tag;
        Layer();
        ((MemoryStream)_held).WriteTo(_target!);
        _held.Dispose();
    }

    private void Layer()
    {
        _target = context.Response.Body;
        if (_encoding is not null)
        {
            context.Response.Headers.ContentEncoding = _encoding;
            _layers.Add(_target = BodyEncoding.Encode(_target, _encoding));
        }

        if (request.Compress) _layers.Add(_target = new PackingStream(_target));
    }

    private Task HeldToAsync(Stream target)
    {
        _held.Position = 0;
        return _held.CopyToAsync(target, context.RequestAborted);
    }

    private async Task CloseAsync()
    {
        for (var i = _layers.Count - 1; i >= 0; i--) await _layers[i].DisposeAsync();
    }
}
