using K2.Abstractions;

namespace K2.ColdTier.Stores;

/// <summary>Which bucket to use and how. The credentials are never among the options, only where to find them.</summary>
public sealed class S3StoreOptions
{
    /// <summary>The smallest part that S3 takes, but for the last one.</summary>
    internal const int LeastPartSize = 5 << 20;

    /// <summary>The store's address, <c>https://…</c> or <c>http://…</c>; null is Amazon's in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. Most other stores take any.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The bucket; it must exist.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>What all keys begin with in the bucket, without slashes at the ends; empty is the whole bucket.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether the bucket stands in the path and not in the host name. True for nearly every store but Amazon's.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>The environment variable that holds the access key.</summary>
    public string AccessKeyVariable { get; init; } = "K2_S3_ACCESS_KEY";

    /// <summary>The environment variable that holds the secret key.</summary>
    public string SecretKeyVariable { get; init; } = "K2_S3_SECRET_KEY";

    /// <summary>A file whose first line is the access key, instead of the variable.</summary>
    public string? AccessKeyFile { get; init; }

    /// <summary>A file whose first line is the secret key, instead of the variable.</summary>
    public string? SecretKeyFile { get; init; }

    /// <summary>Encryption by the store: null (its default), <c>AES256</c>, or <c>aws:kms</c> with <see cref="KmsKeyId"/>.</summary>
    public string? Encryption { get; init; }

    /// <summary>The key for <c>aws:kms</c>; null is the account's own.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>Streams longer than this are uploaded in parts of this size: 5 MiB to 512 MiB. One part is held in memory; 10,000 of them are the longest object.</summary>
    public int PartSizeBytes { get; init; } = 16 << 20;

    /// <summary>How long one request may take: 1 s to 10 min. Short ones make outcomes unknown more often.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the store may take to answer the first question: 100 ms to <see cref="RequestTimeout"/>. A silo waits for it at its start, and goes on without a store that hangs.</summary>
    public TimeSpan FirstAnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request that may be repeated is tried: 1 to 20.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest pause before the second attempt; it doubles from there, and the pause is drawn between half of it and all of it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns if the options can be used.</summary>
    /// <exception cref="StartupException">One cannot.</exception>
    public void Validate()
    {
        Require(Bucket.Length is >= 3 and <= 63 && !Bucket.Contains('/'), $"Bucket \"{Bucket}\" is not the name of a bucket");
        Require(Endpoint is null || (Endpoint.IsAbsoluteUri && Endpoint.Scheme is "http" or "https"), $"Endpoint {Endpoint} is not an http(s) address");
        Require(Endpoint is null || Endpoint.UserInfo.Length == 0, "Endpoint must not hold credentials");
        Require(Prefix.Length == 0 || (!Prefix.EndsWith('/') && IsPrefix(Prefix)), $"Prefix \"{Prefix}\" is not the beginning of keys");
        Require(Encryption is null or "AES256" or "aws:kms", $"Encryption {Encryption} is neither AES256 nor aws:kms");
        Require(KmsKeyId is null || Encryption == "aws:kms", "KmsKeyId needs Encryption aws:kms");
        Require(PartSizeBytes is >= LeastPartSize and <= 512 << 20, $"PartSizeBytes {PartSizeBytes} is not in 5 MiB to 512 MiB");
        Require(RequestTimeout >= TimeSpan.FromSeconds(1) && RequestTimeout <= TimeSpan.FromMinutes(10), $"RequestTimeout {RequestTimeout} is not in 1 s to 10 min");
        Require(FirstAnswerTimeout >= TimeSpan.FromMilliseconds(100) && FirstAnswerTimeout <= RequestTimeout, $"FirstAnswerTimeout {FirstAnswerTimeout} is not in 100 ms to RequestTimeout {RequestTimeout}");
        Require(Attempts is >= 1 and <= 20, $"Attempts {Attempts} is not in 1 to 20");
        Require(FirstPause > TimeSpan.Zero && FirstPause <= TimeSpan.FromMinutes(1), $"FirstPause {FirstPause} is not above zero and at most a minute");
    }

    private static bool IsPrefix(string prefix)
    {
        try
        {
            return K2.Abstractions.Cold.ObjectKey.Check(prefix).Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException($"cold store: {message}");
    }
}
