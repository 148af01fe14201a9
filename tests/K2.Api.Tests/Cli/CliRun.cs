using System.Text;
using K2.Cli;

namespace K2.Api.Tests.Cli;

/// <summary>One run of the tool with everything it writes.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error, byte[] Binary)
{
    public static async Task<CliRun> OfAsync(string[] args, Func<CliServices, CliServices>? configure = null, bool interactive = false, CancellationToken? stop = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var binary = new MemoryStream();
        var services = new CliServices { Terminal = new Terminal(output, error, binary, interactive) };
        var code = await CommandLine.RunAsync(args, configure?.Invoke(services) ?? services, stop ?? TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToString(), error.ToString(), binary.ToArray());
    }

    public string BinaryText => Encoding.UTF8.GetString(Binary);
}
