using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using K2.Simulator.ObjectStore;

namespace K2.ColdTier.Tests.Stores;

/// <summary>The stub takes what the client of Amazon signs, in every form that it sends, and nothing that was changed on the way.</summary>
public sealed class S3SignatureTests(S3StubFixture s3) : IClassFixture<S3StubFixture>
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(number => (byte)(number % 251))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, RequestChecksumCalculation.WHEN_REQUIRED, "")]
    [InlineData(false, true, RequestChecksumCalculation.WHEN_REQUIRED, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]
    [InlineData(false, true, RequestChecksumCalculation.WHEN_SUPPORTED, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")]
    [InlineData(true, false, RequestChecksumCalculation.WHEN_REQUIRED, "UNSIGNED-PAYLOAD")]
    [InlineData(true, true, RequestChecksumCalculation.WHEN_SUPPORTED, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
    public async Task Put_InEveryFormOfTheClient_IsTaken(bool unsigned, bool chunks, RequestChecksumCalculation checksums, string form)
    {
        // The client leaves a payload unsigned over https only; the stub speaks http.
        using var client = unsigned
            ? Client(checksums: checksums, https: true, change: request => request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http" }.Uri)
            : Client(checksums: checksums);
        var key = $"forms/{Guid.NewGuid():N}";

        await client.PutObjectAsync(new PutObjectRequest { BucketName = s3.Stub.Bucket, Key = key, InputStream = new MemoryStream(Content), UseChunkEncoding = chunks, DisablePayloadSigning = unsigned }, Token);

        var sent = s3.Stub.LastPutHeaders["x-amz-content-sha256"];
        if (form.Length > 0) Assert.Equal(form, sent);
        else Assert.Equal(64, sent.Length);
        Assert.Equal(Content, await ReadAsync(client, key));
    }

    [Theory]
    [InlineData("plain/key.parquet")]
    [InlineData("day=2026-03-01/exchange=binance/a b+c~d(e)!$&'*,;:@.parquet")]
    [InlineData("per%20cent/ümläut/漢字")]
    public async Task Key_OfAnySigns_IsSignedAsItIsSent(string key)
    {
        using var client = Client();

        await client.PutObjectAsync(new PutObjectRequest { BucketName = s3.Stub.Bucket, Key = key, InputStream = new MemoryStream([7]) }, Token);

        Assert.Equal([7], await ReadAsync(client, key));
        Assert.Equal(key, Assert.Single((await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = s3.Stub.Bucket, Prefix = key }, Token)).S3Objects).Key);
    }

    [Theory]
    [InlineData("another", S3Stub.SecretKey, S3Stub.Region, 403, "InvalidAccessKeyId")]
    [InlineData(S3Stub.AccessKey, "another", S3Stub.Region, 403, "SignatureDoesNotMatch")]
    [InlineData(S3Stub.AccessKey, S3Stub.SecretKey, "eu-central-1", 400, "AuthorizationHeaderMalformed")]
    public async Task OtherKeys_AreRefusedAsS3DoesIt(string access, string secret, string region, int status, string code)
    {
        using var client = Client(access, secret, region);

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.PutObjectAsync(new PutObjectRequest { BucketName = s3.Stub.Bucket, Key = "x", InputStream = new MemoryStream(Content) }, Token));

        Assert.Equal((status, code), ((int)refused.StatusCode, refused.ErrorCode));
        Assert.DoesNotContain(secret, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, RequestChecksumCalculation.WHEN_REQUIRED, 400, "XAmzContentSHA256Mismatch")]
    [InlineData(true, RequestChecksumCalculation.WHEN_REQUIRED, 403, "SignatureDoesNotMatch")]
    [InlineData(true, RequestChecksumCalculation.WHEN_SUPPORTED, 403, "SignatureDoesNotMatch")]
    public async Task ChangedContent_IsRefused(bool chunks, RequestChecksumCalculation checksums, int status, string code)
    {
        using var client = Client(checksums: checksums, change: request => request.Content = new ByteArrayContent(Changed(request.Content!)));

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.PutObjectAsync(new PutObjectRequest { BucketName = s3.Stub.Bucket, Key = "changed", InputStream = new MemoryStream(Content), UseChunkEncoding = chunks }, Token));

        Assert.Equal((status, code), ((int)refused.StatusCode, refused.ErrorCode));
        Assert.Null(await ReadAsync(Client(), "changed"));
    }

    [Fact]
    public async Task ChangedAddressOrHeaders_AreRefused()
    {
        await RefusedAsync(request => request.RequestUri = new Uri(request.RequestUri + "-other"), "SignatureDoesNotMatch");
        await RefusedAsync(request => request.RequestUri = new Uri(request.RequestUri + "?versionId=1"), "SignatureDoesNotMatch");
        await RefusedAsync(request => request.Method = HttpMethod.Delete, "SignatureDoesNotMatch");
        await RefusedAsync(request => request.Headers.Add("x-amz-acl", "public-read"), "AccessDenied");
        await RefusedAsync(request => request.Headers.Remove("Authorization"), "AccessDenied");
    }

    private static byte[] Changed(HttpContent content)
    {
        using var bytes = new MemoryStream();
        content.CopyTo(bytes, null, Token);
        var changed = bytes.ToArray();
        changed[changed.Length / 2] ^= 1;
        return changed;
    }

    private async Task RefusedAsync(Action<HttpRequestMessage> change, string code)
    {
        using var client = Client(change: change);
        Assert.Equal(code, (await Assert.ThrowsAsync<AmazonS3Exception>(() => client.PutObjectAsync(new PutObjectRequest { BucketName = s3.Stub.Bucket, Key = "changed", InputStream = new MemoryStream(Content), UseChunkEncoding = false }, Token))).ErrorCode);
    }

    private AmazonS3Client Client(
        string access = S3Stub.AccessKey, string secret = S3Stub.SecretKey, string region = S3Stub.Region, RequestChecksumCalculation checksums = RequestChecksumCalculation.WHEN_REQUIRED, Action<HttpRequestMessage>? change = null,
        bool https = false) =>
        new(new BasicAWSCredentials(access, secret), new AmazonS3Config
        {
            ServiceURL = https ? new UriBuilder(s3.Stub.Url) { Scheme = "https" }.Uri.ToString() : s3.Stub.Url.ToString(),
            AuthenticationRegion = region,
            ForcePathStyle = true,
            UseHttp = !https,
            MaxErrorRetry = 0,
            RequestChecksumCalculation = checksums,
            HttpClientFactory = change is null ? null : new ChangingClients(change),
        });

    private async Task<byte[]?> ReadAsync(AmazonS3Client client, string key)
    {
        try
        {
            using var found = await client.GetObjectAsync(s3.Stub.Bucket, key, Token);
            using var bytes = new MemoryStream();
            await found.ResponseStream.CopyToAsync(bytes, Token);
            return bytes.ToArray();
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    // Changes a request after it was signed.
    private sealed class ChangingClients(Action<HttpRequestMessage> change) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Changing(change));
    }

    private sealed class Changing(Action<HttpRequestMessage> change) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headers = request.Content?.Headers.ToList() ?? [];
            var before = request.Content;
            change(request);
            if (request.Content is not null && request.Content != before)
            {
                foreach (var (name, values) in headers) request.Content.Headers.TryAddWithoutValidation(name, values);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
