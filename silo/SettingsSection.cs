using K2.Abstractions;

namespace K2.Silo;

/// <summary>Reads a section of settings; an unknown name or a value of the wrong kind is one clear error.</summary>
internal static class SettingsSection
{
    /// <summary>Returns the section's settings, or null where none is set.</summary>
    /// <exception cref="StartupException">A setting is unknown or no value of its kind.</exception>
    public static T? Read<T>(IConfiguration configuration, string name)
        where T : class
    {
        try
        {
            return configuration.GetSection(name).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException wrong)
        {
            throw new StartupException($"A setting of {name} is wrong: {wrong.InnerException?.Message ?? wrong.Message}", wrong);
        }
    }

    /// <summary>Returns a password from a file's first line or an environment variable.</summary>
    /// <exception cref="StartupException">It is not there.</exception>
    public static string Secret(string what, string? variable, string? file) => K2.Streaming.SecretSource.Read(what, variable, file);
}
