using System.CommandLine;
using K2.Cli.Doctor;
using K2.Cli.Locating;

namespace K2.Cli.Commands;

/// <summary><c>k2 doctor</c>: whether this machine can build and run the platform; exit code 1 when something must be mended first.</summary>
internal static class DoctorCommand
{
    private const string DefaultFolder = "data";

    public static Command Create(CliServices services, TargetOptions target)
    {
        var command = new Command("doctor", "checks SDK, npm, native library, ports, data folder and disk");
        command.SetAction(async (result, cancellationToken) =>
        {
            var findings = await new Examination(services.Tools, services.Library).RunAsync(result.GetValue(target.Data) ?? DefaultFolder, cancellationToken);
            foreach (var finding in findings)
            {
                await services.Terminal.Out.WriteLineAsync($"{finding.Grade.ToString().ToLowerInvariant(),-4}  {finding.What,-21}  {finding.Detail}");
            }

            return findings.Any(finding => finding.Grade == Grade.Fail) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }
}
