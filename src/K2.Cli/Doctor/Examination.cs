using System.Globalization;
using K2.Client;

namespace K2.Cli.Doctor;

/// <summary>Looks whether this machine can build and run the platform.</summary>
/// <param name="tools">Programs and machine.</param>
/// <param name="library">The engine's native library.</param>
internal sealed class Examination(ITools tools, INativeLibrary library)
{
    private const int SdkMajor = 10;
    private const int ApiPort = 8180;
    private const int ClickHousePort = 8123;
    private const long Gibibyte = 1L << 30;
    private const long LeastFree = 2 * Gibibyte;
    private const long EnoughFree = 5 * Gibibyte;

    public async Task<IReadOnlyList<Finding>> RunAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>
        {
            Sdk(await tools.FirstLineAsync("dotnet", "--version", cancellationToken)),
            Npm(await tools.FirstLineAsync("npm", "--version", cancellationToken)),
            library.Find() is { } file
                ? new Finding(Grade.Ok, "ClickHouse library", file)
                : new Finding(Grade.Warn, "ClickHouse library", "not in the cache: build once with npm present, put a clickhouse binary on PATH, set K2__ClickHouse__Library=FILE, or K2__ClickHouse__ConnectionString for a server"),
        };
        if (await tools.SiloAnswersAsync(cancellationToken))
        {
            findings.Add(new Finding(Grade.Ok, "ports", $"a silo answers at {K2Client.DefaultServer}"));
        }
        else
        {
            findings.Add(Port(ApiPort, "port of API and pages", "--urls http://127.0.0.1:PORT"));
            findings.Add(Port(ClickHousePort, "port of ClickHouse", "--clickhouse-port PORT"));
        }

        findings.Add(Folder(dataFolder));
        findings.Add(Disk(dataFolder));
        return findings;
    }

    private static Finding Sdk(string? version) => version is null
        ? new Finding(Grade.Fail, ".NET SDK", $"not found: install .NET SDK {SdkMajor}")
        : int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major >= SdkMajor
            ? new Finding(Grade.Ok, ".NET SDK", version)
            : new Finding(Grade.Fail, ".NET SDK", $"{version} is too old: install .NET SDK {SdkMajor}");

    private static Finding Npm(string? version) => version is null
        ? new Finding(Grade.Warn, "npm", "not found: the build takes the ClickHouse library by npm; without it name another way, see the next line")
        : new Finding(Grade.Ok, "npm", version);

    private Finding Port(int port, string what, string remedy) => tools.IsPortFree(port)
        ? new Finding(Grade.Ok, what, string.Create(CultureInfo.InvariantCulture, $"{port} is free"))
        : new Finding(Grade.Fail, what, string.Create(CultureInfo.InvariantCulture, $"{port} is taken by another program: stop it or start the silo with {remedy}"));

    private static Finding Folder(string folder)
    {
        var existing = Existing(folder);
        try
        {
            var probe = Path.Combine(existing, $".k2-doctor-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return new Finding(Grade.Ok, "data folder", existing == folder ? $"{folder} can be written" : $"{folder} can be made");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Finding(Grade.Fail, "data folder", $"{folder} cannot be written ({failure.Message}): give another --data");
        }
    }

    private Finding Disk(string folder)
    {
        var free = tools.FreeBytes(Existing(folder));
        var text = string.Create(CultureInfo.InvariantCulture, $"{(decimal)free / Gibibyte:0.0} GiB free");
        return free >= EnoughFree ? new Finding(Grade.Ok, "disk", text)
            : free >= LeastFree ? new Finding(Grade.Warn, "disk", $"{text}: enough to start, 5 GiB are better")
            : new Finding(Grade.Fail, "disk", $"{text}: the library and a day of data need at least 2 GiB");
    }

    private static string Existing(string folder)
    {
        var path = Path.GetFullPath(folder);
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path)!;
        return path;
    }
}
