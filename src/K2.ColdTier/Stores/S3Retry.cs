using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Stores;

/// <summary>Repeats requests that may be repeated: a bounded number of times, with pauses that grow and are drawn at random, so that many exporters do not come back at once.</summary>
internal sealed class S3Retry(S3StoreOptions options, TimeProvider time, Random random)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();

    /// <summary>Runs an idempotent request.</summary>
    /// <exception cref="ObjectStoreException">It failed for good or too often.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await RepeatAsync(request, IsTransient, cancellationToken);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failure(what, failure);
        }
    }

    /// <summary>Runs a request, repeats it after the failures that are named, and lets the last one through as it is.</summary>
    public async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> request, Func<Exception, bool> mayRepeat, CancellationToken cancellationToken)
    {
        var pause = options.FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await request(cancellationToken);
            }
            catch (Exception failure) when (attempt < options.Attempts && !cancellationToken.IsCancellationRequested && mayRepeat(failure))
            {
                await Task.Delay(Drawn(pause), time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Says what failed in one sentence.</summary>
    public ObjectStoreException Failure(string what, Exception failure) =>
        new($"the cold store at {options.Endpoint?.ToString() ?? options.Region} could not {what}: {(failure as AmazonS3Exception)?.ErrorCode} {failure.Message}".TrimEnd(), IsTransient(failure), failure);

    private static bool IsTransient(Exception failure) => failure switch
    {
        AmazonServiceException answer when answer.StatusCode != 0 => (int)answer.StatusCode >= 500 || answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict,
        _ => true,
    };

    private TimeSpan Drawn(TimeSpan pause)
    {
        lock (_lock) return pause * (0.5 + (random.NextDouble() / 2));
    }
}
