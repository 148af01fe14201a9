namespace K2.EndToEnd.Tests.Running;

/// <summary>The files that the tests were built from.</summary>
internal static class Repository
{
    public static string Text(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "K2.Orleans.sln"))) folder = folder.Parent;
        return File.ReadAllText(Path.Combine(folder?.FullName ?? throw new InvalidOperationException("the tests do not run below the repository"), relative));
    }
}
