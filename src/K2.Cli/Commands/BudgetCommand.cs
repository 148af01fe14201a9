using System.CommandLine;
using System.Globalization;
using K2.Cli.Compose;
using K2.Cli.Output;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 budget</c>: what the services of a compose file may take; exit code 1 where that does not fit into the host.</summary>
internal static class BudgetCommand
{
    public static Command Create(CliServices services)
    {
        var file = ComposeFile.Option();
        var command = new Command("budget", $"processors and memory that the cluster may take, against {ClusterBudget.HostCpus} CPUs and {ClusterBudget.Gibibytes(ClusterBudget.HostMemoryBytes)}") { file };
        command.SetAction(async (result, _) =>
        {
            var found = ComposeFile.Load(result.GetValue(file)!);
            var table = Tables.Create([("service", false), ("replicas", true), ("CPUs", true), ("memory", true), ("profile", false)]);
            foreach (var service in found) table.AddRow(Markup.Escape(service.Name), Number(service.Replicas), Number(service.Cpus), service.MemoryBytes is { } bytes ? ClusterBudget.Gibibytes(bytes) : "", Markup.Escape(string.Join(", ", service.Profiles)));
            foreach (var (name, part) in (IEnumerable<(string, List<ComposeService>)>)[("total without profiles", [.. found.Where(service => service.Profiles.Count == 0)]), ("total with all profiles", [.. found])])
            {
                var (cpus, memory) = ClusterBudget.Total(part);
                table.AddRow(name, Number(part.Sum(service => service.Replicas)), Number(cpus), ClusterBudget.Gibibytes(memory), "");
            }

            Tables.Write(table, services.Terminal);
            var problems = ClusterBudget.Problems(found);
            foreach (var problem in problems) await services.Terminal.Error.WriteLineAsync($"k2: {problem}");
            return problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static string Number(decimal? number) => number?.ToString("0.##", CultureInfo.InvariantCulture) ?? "";
}
