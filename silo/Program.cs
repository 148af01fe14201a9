using K2.Abstractions;
using K2.Silo;

try
{
    var options = SiloCommandLine.Parse(args);
    if (options is null) return 0;
    return options.HealthCheck ? await HealthCheck.RunAsync(options.Url, Console.Error) : await SiloRun.RunAsync(options);
}
catch (StartupException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}
catch (K2Exception away)
{
    // What it needs went away while it started: the same start may succeed soon.
    await Console.Error.WriteLineAsync($"The silo could not start: {away.Message}");
    return 1;
}
