using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Stores;

/// <summary>Uploads a stream: at once if it fits in one part, else in parts. A failed upload is aborted, so that its parts are not paid for.</summary>
internal sealed class S3Upload(AmazonS3Client client, S3StoreOptions options, S3Retry retry)
{
    private const int MaxParts = 10_000;
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(20);

    /// <summary>Uploads and returns the size.</summary>
    /// <exception cref="ObjectStoreException">It failed; no object of this upload is to be seen.</exception>
    public async Task<long> RunAsync(string key, Stream content, Func<ReadOnlyMemory<byte>, Task> putWhole, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartSizeBytes);
        try
        {
            var part = buffer.AsMemory(0, options.PartSizeBytes);
            var length = await content.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken);
            if (length == part.Length) return await InPartsAsync(key, content, buffer, cancellationToken);
            await putWhole(part[..length]);
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<long> InPartsAsync(string key, Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key };
        if (options.Encryption is not null) begin.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(options.Encryption);
        if (options.KmsKeyId is not null) begin.ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKeyId;
        var upload = (await retry.RunAsync($"begin the upload of {key}", token => client.InitiateMultipartUploadAsync(begin, token), cancellationToken)).UploadId;
        try
        {
            var parts = new List<PartETag>();
            long size = 0;
            for (var length = options.PartSizeBytes; length > 0; length = await content.ReadAtLeastAsync(buffer.AsMemory(0, options.PartSizeBytes), options.PartSizeBytes, throwOnEndOfStream: false, cancellationToken))
            {
                if (parts.Count == MaxParts) throw new ObjectStoreException($"{key} is longer than {MaxParts} parts of {options.PartSizeBytes} bytes: raise PartSizeBytes", false);
                parts.Add(await PartAsync(key, upload, parts.Count + 1, buffer, length, cancellationToken));
                size += length;
            }

            await CompleteAsync(key, upload, parts, size, cancellationToken);
            return size;
        }
        catch
        {
            await AbortAsync(key, upload);
            throw;
        }
    }

    private async Task<PartETag> PartAsync(string key, string upload, int number, byte[] buffer, int length, CancellationToken cancellationToken) =>
        await retry.RunAsync(
            $"upload part {number} of {key}",
            async token =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    UploadId = upload,
                    PartNumber = number,
                    PartSize = length,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    UseChunkEncoding = false,
                };
                return new PartETag(number, (await client.UploadPartAsync(request, token)).ETag);
            },
            cancellationToken);

    private async Task CompleteAsync(string key, string upload, List<PartETag> parts, long size, CancellationToken cancellationToken) =>
        await retry.RunAsync(
            $"complete the upload of {key}",
            async token =>
            {
                try
                {
                    await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = upload, PartETags = parts }, token);
                }
                catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
                {
                    // An earlier attempt was done and its answer lost, if the object is there in full.
                    var found = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = key }, token);
                    if (found.ContentLength != size) throw;
                }

                return true;
            },
            cancellationToken);

    // By a token of its own: a cancelled upload is aborted too.
    private async Task AbortAsync(string key, string upload)
    {
        using var limit = new CancellationTokenSource(AbortLimit);
        try
        {
            await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = upload }, limit.Token);
        }
        catch (Exception failure) when (failure is AmazonS3Exception or HttpRequestException or OperationCanceledException or IOException or Amazon.Runtime.AmazonClientException)
        {
            // The store's own rule for unfinished uploads removes the parts; the first failure is the one to report.
        }
    }
}
