using System.Reflection;

namespace K2.Contracts.Hosting;

/// <summary>Which build a process is of.</summary>
/// <param name="Number">The version, for example <c>0.6.0</c>.</param>
/// <param name="Commit">The revision of the source it was built from, or empty where the build did not know it.</param>
public sealed record ProductVersion(string Number, string Commit)
{
    /// <summary>The build of this assembly, which all of the platform's share.</summary>
    public static ProductVersion Current { get; } = Parse(typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    /// <summary>Reads what the SDK writes into an assembly: the version, and behind a plus the commit.</summary>
    public static ProductVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? new ProductVersion(text, "") : new ProductVersion(text[..plus], text[(plus + 1)..]);
    }
}
