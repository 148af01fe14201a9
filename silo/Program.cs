using K2.Abstractions;
using K2.Silo;

try
{
    var options = SiloCommandLine.Parse(args);
    return options is null ? 0 : await SiloRun.RunAsync(options);
}
catch (StartupException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}
