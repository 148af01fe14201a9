using K2.Abstractions;
using K2.ColdTier;
using K2.ColdTier.Stores;
using K2.Grains.Cold;

namespace K2.Silo;

/// <summary>The settings below <c>K2:Cold</c> (environment: <c>K2__Cold__…</c>). With <see cref="Bucket"/> the tables are in an S3-compatible store, else in a folder.</summary>
internal sealed class ColdSettings
{
    private const int MostMinutes = 1440;

    /// <summary>Whether there is a cold tier. Without one nothing is ever dropped from the warehouse.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The folder of the tables; they are below <c>cold</c> in it; by default the data folder.</summary>
    public string? Folder { get; set; }

    /// <summary>Minutes between exports: 1 to 1440, a divisor of a day. Default 15.</summary>
    public int IntervalMinutes { get; set; } = 15;

    /// <summary>As <see cref="ColdOptions.ParallelTables"/>.</summary>
    public int ParallelTables { get; set; } = 2;

    /// <summary>As <see cref="ColdOptions.RunLimit"/>.</summary>
    public TimeSpan RunLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>As <see cref="ColdOptions.RowsPerCommit"/>.</summary>
    public long RowsPerCommit { get; set; } = 20_000_000;

    /// <summary>As <see cref="ColdOptions.FramesPerCommit"/>.</summary>
    public long FramesPerCommit { get; set; } = 1_000_000;

    /// <summary>As <see cref="ColdOptions.FileBytes"/>.</summary>
    public long FileBytes { get; set; } = 192L << 20;

    /// <summary>As <see cref="ColdOptions.KeepSnapshots"/>.</summary>
    public TimeSpan KeepSnapshots { get; set; } = TimeSpan.FromDays(7);

    /// <summary>As <see cref="ColdOptions.KeepAtLeast"/>.</summary>
    public int KeepAtLeast { get; set; } = 3;

    /// <summary>As <see cref="ColdOptions.Grace"/>.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromDays(3);

    /// <summary>As <see cref="S3StoreOptions.Endpoint"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>As <see cref="S3StoreOptions.Bucket"/>.</summary>
    public string? Bucket { get; set; }

    /// <summary>As <see cref="S3StoreOptions.Prefix"/>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>As <see cref="S3StoreOptions.Region"/>.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>As <see cref="S3StoreOptions.PathStyle"/>.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>As <see cref="S3StoreOptions.AccessKeyVariable"/>.</summary>
    public string AccessKeyVariable { get; set; } = "K2_S3_ACCESS_KEY";

    /// <summary>As <see cref="S3StoreOptions.SecretKeyVariable"/>.</summary>
    public string SecretKeyVariable { get; set; } = "K2_S3_SECRET_KEY";

    /// <summary>As <see cref="S3StoreOptions.AccessKeyFile"/>.</summary>
    public string? AccessKeyFile { get; set; }

    /// <summary>As <see cref="S3StoreOptions.SecretKeyFile"/>.</summary>
    public string? SecretKeyFile { get; set; }

    /// <summary>As <see cref="S3StoreOptions.Encryption"/>.</summary>
    public string? Encryption { get; set; }

    /// <summary>As <see cref="S3StoreOptions.KmsKeyId"/>.</summary>
    public string? KmsKeyId { get; set; }

    /// <summary>Returns the settings of the process.</summary>
    /// <exception cref="StartupException">One is unknown or out of range.</exception>
    public static ColdSettings Read(IConfiguration configuration)
    {
        var settings = SettingsSection.Read<ColdSettings>(configuration, ColdOptions.SectionName) ?? new ColdSettings();
        return settings.IntervalMinutes is >= 1 and <= MostMinutes && MostMinutes % settings.IntervalMinutes == 0
            ? settings
            : throw new StartupException($"{ColdOptions.SectionName}:{nameof(IntervalMinutes)} {settings.IntervalMinutes} does not divide a day: write for example 15.");
    }

    /// <summary>Returns where the tables are and how they are kept.</summary>
    /// <exception cref="StartupException">The endpoint is no address.</exception>
    public ColdOptions Options(DataFolder folder) => new()
    {
        Folder = Folder ?? folder.Path,
        TemporaryFolder = System.IO.Path.Combine(folder.Path, "cold-tmp"),
        ParallelTables = ParallelTables,
        RunLimit = RunLimit,
        RowsPerCommit = RowsPerCommit,
        FramesPerCommit = FramesPerCommit,
        FileBytes = FileBytes,
        KeepSnapshots = KeepSnapshots,
        KeepAtLeast = KeepAtLeast,
        Grace = Grace,
        Bucket = Bucket is null
            ? null
            : new S3StoreOptions
            {
                Endpoint = Endpoint is null ? null : Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) ? address : throw new StartupException($"{ColdOptions.SectionName}:{nameof(Endpoint)} '{Endpoint}' is no address: write for example http://127.0.0.1:8333."),
                Bucket = Bucket,
                Prefix = Prefix,
                Region = Region,
                PathStyle = PathStyle,
                AccessKeyVariable = AccessKeyVariable,
                SecretKeyVariable = SecretKeyVariable,
                AccessKeyFile = AccessKeyFile,
                SecretKeyFile = SecretKeyFile,
                Encryption = Encryption,
                KmsKeyId = KmsKeyId,
            },
    };

    /// <summary>Returns when the tables are worked on.</summary>
    public ColdSchedule Schedule(SiloOptions options) => new() { Interval = TimeSpan.FromMinutes(IntervalMinutes), FollowsData = options.Source == SourceKind.Replay };
}
