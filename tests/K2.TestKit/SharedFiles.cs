namespace K2.TestKit;

/// <summary>
/// Finds files that lie beside the repository in <c>shared/</c> (captures, trades) and are never copied into it. <c>K2_CAPTURES</c> names the
/// folder that holds <c>captures/</c> and <c>trades/</c> where they lie elsewhere.
/// </summary>
public static class SharedFiles
{
    /// <summary>The reason that skipped tests give.</summary>
    public const string Missing = "the shared captures are not beside the repository (or in K2_CAPTURES)";

    /// <summary>Returns the path of a file, for example <c>captures/x.jsonl</c>, or null if it is not there.</summary>
    public static string? TryFind(string relative)
    {
        if (Environment.GetEnvironmentVariable("K2_CAPTURES") is { Length: > 0 } root) return Existing(Path.Combine(root, relative));

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "shared", relative)) is { } path) return path;
        }

        return null;
    }

    private static string? Existing(string path) => File.Exists(path) ? path : null;
}
