using System.Buffers;

namespace K2.Abstractions.Cold;

/// <summary>
/// The keys that every store takes: at most 800 characters, segments of ASCII letters, digits and <c>._=-+@~</c> separated by one <c>/</c>, none beginning with a dot.
/// So no key leaves a folder, needs escaping in a URL, or hides a file. A key must not be a folder of another one: <c>a</c> and <c>a/b</c> together are refused by folders only.
/// </summary>
public static class ObjectKey
{
    private const int MaxLength = 800;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=-+@~/");

    /// <summary>Returns the key, or throws.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.EndsWith('/') || !IsPrefix(key)) throw new ArgumentException($"not a key of an object: \"{key}\"", nameof(key));
        return key;
    }

    /// <summary>Returns the prefix, or throws.</summary>
    /// <exception cref="ArgumentException">No key can begin with it.</exception>
    public static string CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!IsPrefix(prefix)) throw new ArgumentException($"not a prefix of keys: \"{prefix}\"", nameof(prefix));
        return prefix;
    }

    private static bool IsPrefix(string text) =>
        text.Length <= MaxLength && !text.StartsWith('/') && !text.StartsWith('.') && !text.AsSpan().ContainsAnyExcept(Allowed)
        && !text.Contains("//", StringComparison.Ordinal) && !text.Contains("/.", StringComparison.Ordinal);
}
