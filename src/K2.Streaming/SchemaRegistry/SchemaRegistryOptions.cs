using K2.Abstractions;

namespace K2.Streaming.SchemaRegistry;

/// <summary>Where the schema registry is, and how patient its client is.</summary>
public sealed record SchemaRegistryOptions
{
    /// <summary>The registry's address, <c>http</c> or <c>https</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>User for basic authentication, or null for none.</summary>
    public string? User { get; init; }

    /// <summary>Environment variable that holds the user's password; this or <see cref="PasswordFile"/> with a <see cref="User"/>.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>File whose first line is the user's password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>How long one answer may take; 5 s by default, 100 ms to 1 minute.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts before a request fails; 4 by default, 1 to 20.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The wait behind the first failed attempt, doubled with each; 200 ms by default, 1 ms to 10 s.</summary>
    public TimeSpan RetryWait { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Schemas kept by number; 1,000 by default, 1 to 100,000. The oldest go.</summary>
    public int CacheSize { get; init; } = 1000;

    /// <summary>How long a number that the registry did not know is not asked for again; 30 s by default, 0 to 1 hour.</summary>
    public TimeSpan UnknownFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options.</summary>
    /// <exception cref="StartupException">An option is wrong; the message names it and what is allowed.</exception>
    public void Validate()
    {
        Require(Address is { IsAbsoluteUri: true, Scheme: "http" or "https" }, $"the schema registry's Address '{Address}' is no http or https address");
        Require(Address.UserInfo.Length == 0, "the schema registry's Address holds a user or password: set User, and the password by PasswordVariable or PasswordFile");
        Require(User is null == (PasswordVariable ?? PasswordFile) is null, "the schema registry's User needs PasswordVariable or PasswordFile, and they need it");
        Require(PasswordVariable is null || PasswordFile is null, "the schema registry has PasswordVariable and PasswordFile: one is enough");
        RequireRange(AnswerTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), nameof(AnswerTimeout));
        RequireRange(Attempts, 1, 20, nameof(Attempts));
        RequireRange(RetryWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(RetryWait));
        RequireRange(CacheSize, 1, 100_000, nameof(CacheSize));
        RequireRange(UnknownFor, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(UnknownFor));
    }

    /// <summary>Returns the user's password.</summary>
    /// <exception cref="StartupException">It is not where it should be.</exception>
    internal string Password() => SecretSource.Read("the schema registry", PasswordVariable, PasswordFile);

    private static void RequireRange<T>(T value, T least, T most, string name)
        where T : IComparable<T> =>
        Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, $"the schema registry's {name} is {value}; allowed are {least} to {most}");

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException(message);
    }
}
