using System.CommandLine;
using K2.Cli.Compose;

namespace K2.Cli.Commands;

/// <summary><c>k2 compose init</c>: writes the passwords and settings of a cluster, once.</summary>
internal static class ComposeCommand
{
    public static Command Create(CliServices services)
    {
        var file = ComposeFile.Option();
        var init = new Command("init", $"write {EnvironmentFile.Name} with random passwords beside the compose file; never over one that is there") { file };
        init.SetAction(async (result, _) =>
        {
            var compose = result.GetValue(file)!;
            ComposeFile.Load(compose);
            var folder = Path.GetDirectoryName(Path.GetFullPath(compose))!;
            var example = Path.Combine(folder, EnvironmentFile.ExampleName);
            var (text, secrets) = EnvironmentFile.Fill(ComposeFile.ReadText(example), example);
            var path = Path.Combine(folder, EnvironmentFile.Name);
            EnvironmentFile.Write(path, text);
            await services.Terminal.Out.WriteLineAsync($"{path}: {secrets} random passwords, readable by you only. Next: docker compose up -d");
            return ExitCode.Ok;
        });
        return new Command("compose", "the cluster of docker compose") { init };
    }
}
