using K2.Abstractions;

namespace K2.ColdTier.Stores;

/// <summary>Reads a key from the environment or the first line of a file; it is never kept in options, logs or messages.</summary>
internal static class StoreSecret
{
    /// <summary>Returns the key.</summary>
    /// <exception cref="StartupException">It is not where it should be.</exception>
    public static string Read(string what, string variable, string? file)
    {
        string? secret;
        try
        {
            secret = file is null ? Environment.GetEnvironmentVariable(variable) : File.ReadLines(file).FirstOrDefault();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cold store: the {what}'s file {file} cannot be read ({unreadable.Message}): let this user read it", unreadable);
        }

        if (!string.IsNullOrWhiteSpace(secret)) return secret.Trim();
        throw new StartupException(file is null ? $"cold store: the environment variable {variable} with the {what} is not set: set it" : $"cold store: the {what}'s file {file} is empty: write the key into its first line");
    }
}
