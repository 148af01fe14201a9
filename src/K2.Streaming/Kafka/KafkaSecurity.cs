using K2.Abstractions;

namespace K2.Streaming.Kafka;

/// <summary>How the connection is protected, and as whom the client signs in. The password is not kept here: only where to find it.</summary>
public sealed record KafkaSecurity
{
    /// <summary>Whether the connection is encrypted; no by default.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file with the authorities that may sign the broker's certificate; null takes those of the system. Needs <see cref="Tls"/>.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the client's certificate, for a broker that asks for one; with <see cref="KeyFile"/>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the key of <see cref="CertificateFile"/>, not encrypted.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How to sign in; not at all by default.</summary>
    public KafkaSasl Sasl { get; init; }

    /// <summary>The user to sign in as.</summary>
    public string? User { get; init; }

    /// <summary>File whose first line is the password. Either this or <see cref="PasswordVariable"/>.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Environment variable that holds the password. Either this or <see cref="PasswordFile"/>.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>Checks the settings; files are looked for.</summary>
    /// <exception cref="StartupException">A setting is wrong; the message names it.</exception>
    public void Validate()
    {
        Require(Tls || (CaFile ?? CertificateFile ?? KeyFile) is null, "certificates are set for Kafka, but Tls is not");
        Require(CertificateFile is null == (KeyFile is null), "of CertificateFile and KeyFile for Kafka only one is set");
        RequireFile(CaFile, nameof(CaFile));
        RequireFile(CertificateFile, nameof(CertificateFile));
        RequireFile(KeyFile, nameof(KeyFile));
        Require(Enum.IsDefined(Sasl), $"Sasl is {Sasl}; allowed are {string.Join(", ", Enum.GetNames<KafkaSasl>())}");
        if (Sasl == KafkaSasl.None)
        {
            Require((User ?? PasswordFile ?? PasswordVariable) is null, "User, PasswordFile or PasswordVariable is set for Kafka, but Sasl is not");
            return;
        }

        Require(!string.IsNullOrWhiteSpace(User), "Sasl is set for Kafka, but User is not");
        Require(PasswordFile is null != (PasswordVariable is null), "Sasl is set for Kafka: exactly one of PasswordFile and PasswordVariable must be set");
        RequireFile(PasswordFile, nameof(PasswordFile));
        _ = ReadPassword();
    }

    /// <summary>Returns the password.</summary>
    /// <exception cref="StartupException">There is none where it is said to be.</exception>
    internal string ReadPassword() => SecretSource.Read("Kafka", PasswordVariable, PasswordFile);

    private static void RequireFile(string? file, string name) => Require(file is null || File.Exists(file), $"{name} {file} does not exist");

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException(message);
    }
}
