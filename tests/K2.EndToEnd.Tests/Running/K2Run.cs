using System.Text;
using K2.Cli;

namespace K2.EndToEnd.Tests.Running;

/// <summary>One run of the k2 command line in the test's process: how it ended, and all that it wrote.</summary>
internal sealed record K2Run(int Code, string Text)
{
    /// <summary>Runs it on a data folder.</summary>
    public static async Task<K2Run> OfAsync(string data, params string[] arguments)
    {
        using var words = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        var code = await CommandLine.RunAsync(["--data", data, .. arguments], new CliServices { Terminal = new Terminal(words, words, bytes, false) }, TestContext.Current.CancellationToken);
        return new K2Run(code, words + Encoding.UTF8.GetString(bytes.ToArray()));
    }

    /// <summary>Runs it and returns what it wrote; fails with that if it does not end with 0.</summary>
    public static async Task<string> OkAsync(string data, params string[] arguments)
    {
        var run = await OfAsync(data, arguments);
        Assert.True(run.Code == ExitCode.Ok, $"k2 {string.Join(' ', arguments)} ended with {run.Code}:\n{run.Text}");
        return run.Text;
    }
}
