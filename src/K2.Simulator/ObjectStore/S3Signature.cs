using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace K2.Simulator.ObjectStore;

/// <summary>
/// Checks requests by AWS Signature Version 4 as S3 does: by the Authorization header, over a payload that is hashed, not signed, or sent in aws-chunked pieces with or without signatures
/// and trailer. The age of a request is not looked at.
/// </summary>
internal sealed class S3Signature(string accessKey, string secretKey, string region)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Chunked = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string ChunkedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private static readonly string EmptyHash = Hash([]);

    /// <summary>Returns null if the request may be done, with the content that it carries; else why not.</summary>
    public S3Refusal? Check(HttpRequest request, byte[] body, out byte[] content)
    {
        content = body;
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal)) return new S3Refusal(403, "AccessDenied", "the request is not signed");
        var parts = header[Algorithm.Length..].Split(',').Select(part => part.Trim().Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var credential = parts.GetValueOrDefault("Credential", "").Split('/', 2);
        var time = request.Headers["x-amz-date"].ToString();
        if (credential.Length != 2 || time.Length < 8 || credential[1] != $"{time[..8]}/{region}/s3/aws4_request") return new S3Refusal(400, "AuthorizationHeaderMalformed", $"the scope is not DATE/{region}/s3/aws4_request");
        if (credential[0] != accessKey) return new S3Refusal(403, "InvalidAccessKeyId", "this access key is not known here");

        var signed = parts.GetValueOrDefault("SignedHeaders", "").Split(';');
        if (request.Headers.Keys.Select(name => name.ToLowerInvariant()).FirstOrDefault(name => (name == "host" || name.StartsWith("x-amz-", StringComparison.Ordinal)) && !signed.Contains(name)) is { } bare)
            return new S3Refusal(403, "AccessDenied", $"the header {bare} is not signed");
        var payload = request.Headers["x-amz-content-sha256"].ToString();
        var signature = parts.GetValueOrDefault("Signature", "");
        var chain = new Chain(Key(time[..8]), time, credential[1]);
        if (!IsSame(signature, chain.Sign($"{Algorithm}\n{time}\n{credential[1]}\n{Hash(Encoding.UTF8.GetBytes(Canonical(request, signed, payload)))}")))
            return new S3Refusal(403, "SignatureDoesNotMatch", "the signature is not the one that the secret key gives");
        return payload switch
        {
            Unsigned => null,
            Chunked or ChunkedWithTrailer or UnsignedWithTrailer => Pieces(request, body, payload, chain, signature, out content),
            _ => IsSame(payload, Hash(body)) ? null : new S3Refusal(400, "XAmzContentSHA256Mismatch", "the content is not the one that was hashed"),
        };
    }

    // Raw, because a server's own decoding of the path leaves some signs encoded.
    private static string Canonical(HttpRequest request, string[] signed, string payload)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var query = target.Length == 1 ? [] : target[1].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (Name: Encoded(pair[0]), Value: pair.Length == 2 ? Encoded(pair[1]) : ""));
        var text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .AppendJoin('/', target[0].Split('/').Select(Encoded)).Append('\n')
            .AppendJoin('&', query.OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value}")).Append('\n');
        foreach (var name in signed) text.Append(name).Append(':').Append(string.Join(' ', request.Headers[name].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))).Append('\n');
        return text.Append('\n').AppendJoin(';', signed).Append('\n').Append(payload).ToString();
    }

    private static string Encoded(string part) => Uri.EscapeDataString(Uri.UnescapeDataString(part));

    // SIZE[;chunk-signature=…] CRLF bytes CRLF, until one of size 0, then the trailer, each signature made over the one before.
    private static S3Refusal? Pieces(HttpRequest request, byte[] body, string payload, Chain chain, string signature, out byte[] content)
    {
        content = [];
        using var whole = new MemoryStream();
        var at = 0;
        while (true)
        {
            var line = Line(body, ref at).Split(";chunk-signature=", 2);
            if (!int.TryParse(line[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0 || size > body.Length - at) return new S3Refusal(400, "IncompleteBody", "the pieces of the body do not add up");
            var bytes = body.AsSpan(at, size);
            if (payload != UnsignedWithTrailer)
            {
                if (line.Length < 2 || !IsSame(line[1], chain.Sign($"AWS4-HMAC-SHA256-PAYLOAD\n{chain.Time}\n{chain.Scope}\n{signature}\n{EmptyHash}\n{Hash(bytes)}"))) return new S3Refusal(403, "SignatureDoesNotMatch", "the signature of a piece does not match");
                signature = line[1];
            }

            if (size == 0) break;
            whole.Write(bytes);
            at += size;
            _ = Line(body, ref at);
        }

        var trailer = new StringBuilder();
        var trailerSignature = "";
        for (var line = Line(body, ref at); line.Length > 0; line = Line(body, ref at))
        {
            if (line.StartsWith("x-amz-trailer-signature:", StringComparison.Ordinal)) trailerSignature = line.Split(':', 2)[1];
            else trailer.Append(line).Append('\n');
        }

        if (payload == ChunkedWithTrailer && !IsSame(trailerSignature, chain.Sign($"AWS4-HMAC-SHA256-TRAILER\n{chain.Time}\n{chain.Scope}\n{signature}\n{Hash(Encoding.UTF8.GetBytes(trailer.ToString()))}")))
            return new S3Refusal(403, "SignatureDoesNotMatch", "the signature of the trailer does not match");
        if (request.Headers["x-amz-trailer"].ToString() is { Length: > 0 } promised && !trailer.ToString().Contains(promised + ":", StringComparison.OrdinalIgnoreCase)) return new S3Refusal(400, "MalformedTrailerError", $"the trailer lacks {promised}");
        content = whole.ToArray();
        return request.Headers["x-amz-decoded-content-length"] == content.Length.ToString(CultureInfo.InvariantCulture) ? null : new S3Refusal(400, "IncompleteBody", "the body is not as long as it was said to be");
    }

    private static string Line(byte[] body, ref int at)
    {
        var length = body.AsSpan(at).IndexOf("\r\n"u8);
        if (length < 0) length = body.Length - at;
        var line = Encoding.ASCII.GetString(body, at, length);
        at = Math.Min(at + length + 2, body.Length);
        return line;
    }

    private static bool IsSame(string given, string expected) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private byte[] Key(string date)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var step in (string[])[date, region, "s3", "aws4_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return key;
    }

    private sealed record Chain(byte[] Key, string Time, string Scope)
    {
        public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(text)));
    }
}
