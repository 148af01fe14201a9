using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using K2.Abstractions;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Stores;

/// <summary>
/// Objects in a bucket of any S3-compatible store. The client's own retries are off: it would repeat a conditional put after a lost answer, meet its own object, and
/// report a conflict. What may be repeated is repeated here, with growing pauses.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private const int DeleteBatch = 1000;
    private readonly AmazonS3Client _client;
    private readonly S3StoreOptions _options;
    private readonly S3Retry _retry;
    private readonly TimeProvider _time;
    private readonly string _prefix;

    private S3ObjectStore(AmazonS3Client client, S3StoreOptions options, TimeProvider time, Random random)
    {
        _client = client;
        _options = options;
        _time = time;
        _retry = new S3Retry(options, time, random);
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
    }

    /// <summary>Makes a store; nothing is asked of it yet, see <see cref="ColdStoreProbe"/>.</summary>
    /// <exception cref="StartupException">An option is wrong or a key is missing.</exception>
    public static S3ObjectStore Create(S3StoreOptions options, TimeProvider time, Random random)
    {
        options.Validate();
        var credentials = new BasicAWSCredentials(
            StoreSecret.Read("access key", options.AccessKeyVariable, options.AccessKeyFile), StoreSecret.Read("secret key", options.SecretKeyVariable, options.SecretKeyFile));
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = 0,
            // A broken connection is repeated apart from that, ten times unless told otherwise.
            MaxStaleConnectionRetries = 0,
            Timeout = options.RequestTimeout,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint.ToString();
            config.AuthenticationRegion = options.Region;
            config.UseHttp = options.Endpoint.Scheme == "http";
        }

        return new S3ObjectStore(new AmazonS3Client(credentials, config), options, time, random);
    }

    /// <inheritdoc/>
    public string LocationOf(string key) => key.Length == 0 ? $"s3://{_options.Bucket}/{_options.Prefix}".TrimEnd('/') : $"s3://{_options.Bucket}/{KeyOf(key)}";

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await _retry.RunAsync($"put {KeyOf(key)}", token => PutOnceAsync(key, content, ifAbsent: false, token), cancellationToken);

    /// <inheritdoc/>
    public async Task<long> PutAsync(string key, Stream content, CancellationToken cancellationToken) =>
        await new S3Upload(_client, _options, _retry).RunAsync(KeyOf(key), content, bytes => PutAsync(key, bytes, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            // Only a refused connection is certain not to have reached the store.
            await _retry.RepeatAsync(token => PutOnceAsync(key, content, ifAbsent: true, token), NeverArrived, cancellationToken);
            return PutOutcome.Created;
        }
        catch (AmazonS3Exception refused) when (refused.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return PutOutcome.AlreadyThere;
        }
        catch (AmazonS3Exception refused) when ((int)refused.StatusCode is >= 400 and < 500 and not 408 and not 409)
        {
            throw _retry.Failure($"put {KeyOf(key)}", refused);
        }
        catch (Exception failure) when (NeverArrived(failure))
        {
            throw _retry.Failure($"put {KeyOf(key)}", failure);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new OutcomeUnknownException(key, failure);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => await ReadAsync(key, null, cancellationToken);

    /// <inheritdoc/>
    public async Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        // A range of nothing cannot be asked for in HTTP.
        if (length == 0) return await HeadAsync(key, cancellationToken) is null ? null : [];
        return await ReadAsync(key, new ByteRange(offset, checked(offset + length - 1)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken) =>
        await _retry.RunAsync<StoredObject?>(
            $"head {KeyOf(key)}",
            async token =>
            {
                try
                {
                    var found = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = KeyOf(key) }, token);
                    return new StoredObject(key, found.ContentLength, found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : default);
                }
                catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
                {
                    return null;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _prefix + ObjectKey.CheckPrefix(prefix) };
        while (true)
        {
            var page = await _retry.RunAsync($"list {request.Prefix}", token => _client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
                yield return new StoredObject(found.Key[_prefix.Length..], found.Size ?? 0, found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : default);
            if (page.IsTruncated != true) yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var batch in keys.Select(KeyOf).Chunk(DeleteBatch))
        {
            var request = new DeleteObjectsRequest { BucketName = _options.Bucket, Quiet = true, Objects = [.. batch.Select(key => new KeyVersion { Key = key })] };
            await _retry.RunAsync($"delete {batch.Length} objects", token => _client.DeleteObjectsAsync(request, token), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Returns if the bucket is there and takes the credentials.</summary>
    /// <exception cref="StartupException">It is not or does not.</exception>
    internal async Task CheckBucketAsync(CancellationToken cancellationToken)
    {
        var where = $"bucket {_options.Bucket} at {_options.Endpoint?.ToString() ?? _options.Region}";
        using var limit = new CancellationTokenSource(_options.FirstAnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A listing and not a HEAD: its answer has a body that says why.
            await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _prefix, MaxKeys = 1 }, either.Token);
        }
        catch (AmazonS3Exception refused) when (refused.ErrorCode == "NoSuchBucket" || refused.StatusCode == HttpStatusCode.NotFound)
        {
            throw new StartupException($"the cold store's {where} does not exist: create it, or correct K2:Cold:Bucket", refused);
        }
        catch (AmazonS3Exception refused) when (refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            var (access, secret) = (_options.AccessKeyFile ?? _options.AccessKeyVariable, _options.SecretKeyFile ?? _options.SecretKeyVariable);
            var mend = refused.ErrorCode switch
            {
                "InvalidAccessKeyId" => $"correct the access key in {access}",
                "SignatureDoesNotMatch" => $"correct the secret key in {secret}, which must be that of the access key in {access}",
                _ => $"let the access key in {access} list, get, put and delete objects there",
            };
            throw new StartupException($"the cold store's {where} refuses the credentials ({refused.ErrorCode}): {mend}", refused);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var reason = limit.IsCancellationRequested ? string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.FirstAnswerTimeout.TotalSeconds:0.#} s") : failure.Message;
            throw new StartupException($"the cold store's {where} cannot be reached ({reason}): start it, or correct K2:Cold:Endpoint and K2:Cold:Region", failure);
        }
    }

    private static bool NeverArrived(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.TryAgain }) return true;
        }

        return false;
    }

    private async Task<PutObjectResponse> PutOnceAsync(string key, ReadOnlyMemory<byte> content, bool ifAbsent, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest { BucketName = _options.Bucket, Key = KeyOf(key), InputStream = new MemoryStream(content.ToArray(), writable: false), UseChunkEncoding = false };
        if (ifAbsent) request.IfNoneMatch = "*";
        if (_options.Encryption is not null) request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(_options.Encryption);
        if (_options.KmsKeyId is not null) request.ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId;
        return await _client.PutObjectAsync(request, cancellationToken);
    }

    private async Task<byte[]?> ReadAsync(string key, ByteRange? range, CancellationToken cancellationToken) =>
        await _retry.RunAsync<byte[]?>(
            $"get {KeyOf(key)}",
            async token =>
            {
                try
                {
                    using var found = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _options.Bucket, Key = KeyOf(key), ByteRange = range }, token);
                    using var bytes = new MemoryStream(checked((int)found.ContentLength));
                    await found.ResponseStream.CopyToAsync(bytes, token);
                    // A connection that breaks early must not pass for a short object.
                    if (bytes.Length != found.ContentLength) throw new IOException($"{bytes.Length} of {found.ContentLength} bytes arrived");
                    return bytes.ToArray();
                }
                catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
                {
                    return null;
                }
                catch (AmazonS3Exception beyond) when (beyond.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return [];
                }
            },
            cancellationToken);

    private string KeyOf(string key) => _prefix + ObjectKey.Check(key);
}
