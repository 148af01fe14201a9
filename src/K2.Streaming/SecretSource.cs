using K2.Abstractions;

namespace K2.Streaming;

/// <summary>Reads passwords from where they may be: the environment, or the first line of a file. They are never kept in options, logs or messages.</summary>
internal static class SecretSource
{
    /// <summary>Returns a password.</summary>
    /// <param name="what">Whose password, for the message.</param>
    /// <param name="variable">The environment variable that holds it, or null.</param>
    /// <param name="file">The file that holds it, or null.</param>
    /// <exception cref="StartupException">It is not where it should be.</exception>
    public static string Read(string what, string? variable, string? file)
    {
        string? password;
        try
        {
            password = file is null ? Environment.GetEnvironmentVariable(variable!) : File.ReadLines(file).FirstOrDefault();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{what}: PasswordFile {file} cannot be read: {unreadable.Message}", unreadable);
        }

        if (!string.IsNullOrEmpty(password)) return password;
        throw new StartupException(file is null ? $"{what}: the environment variable {variable} (PasswordVariable) is not set" : $"{what}: PasswordFile {file} is empty");
    }
}
