using System.CommandLine;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K2.Cli.Compose;

/// <summary>Reads the limits out of a docker compose file.</summary>
internal static class ComposeFile
{
    /// <summary>The name that docker compose looks for.</summary>
    public const string DefaultName = "docker-compose.yml";

    /// <summary>Makes the option that names the file.</summary>
    public static Option<string> Option() => new("--file") { Description = $"the compose file (default: {DefaultName} in this folder)", HelpName = "FILE", DefaultValueFactory = _ => DefaultName };

    /// <summary>Reads a file's services, in its order.</summary>
    /// <exception cref="CliException">The file is missing or is no compose file.</exception>
    public static IReadOnlyList<ComposeService> Load(string path) => Parse(ReadText(path), path);

    /// <summary>Reads a file as text.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliException.Usage($"{path} is not here: run it where {DefaultName} lies, or name that by --file.");
        }
    }

    /// <summary>Reads the services of a compose file's text; merge keys (<c>&lt;&lt;</c>) are followed.</summary>
    /// <exception cref="CliException">It is no compose file; the message names the service.</exception>
    public static IReadOnlyList<ComposeService> Parse(string text, string name)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException wrong)
        {
            throw CliException.Usage($"{name}, line {wrong.Start.Line}: no valid YAML ({wrong.InnerException?.Message ?? wrong.Message}).");
        }

        if (yaml.Documents.Count != 1 || Child(yaml.Documents[0].RootNode, "services") is not YamlMappingNode services) throw CliException.Usage($"{name} has no services: name a docker compose file.");
        return [.. services.Children.Select(service => Read(name, ((YamlScalarNode)service.Key).Value!, service.Value))];
    }

    private static ComposeService Read(string file, string name, YamlNode service)
    {
        var deploy = Child(service, "deploy");
        var limits = Child(Child(deploy, "resources"), "limits");
        return new ComposeService(
            name,
            Number(file, name, "replicas", Child(deploy, "replicas")) is not { } replicas ? 1 : replicas == decimal.Truncate(replicas) ? (int)replicas : throw Wrong(file, name, "replicas", replicas),
            Number(file, name, "cpus", Child(limits, "cpus")),
            Text(Child(limits, "memory")) is { } memory ? Bytes(memory) ?? throw Wrong(file, name, "memory", memory) : null,
            Child(service, "profiles") is YamlSequenceNode profiles ? [.. profiles.Children.Select(profile => Text(profile) ?? "")] : []);
    }

    private static decimal? Number(string file, string service, string what, YamlNode? node) =>
        Text(node) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 100_000 ? number
        : throw Wrong(file, service, what, text);

    /// <summary>Reads a size as docker does: bytes, or a number with b, k, m or g, each 1024 of the one before.</summary>
    private static long? Bytes(string text)
    {
        var digits = text.TrimEnd('b', 'B', 'k', 'K', 'm', 'M', 'g', 'G');
        var factor = text[digits.Length..].ToUpperInvariant() switch
        {
            "" or "B" => 1L,
            "K" or "KB" => 1L << 10,
            "M" or "MB" => 1L << 20,
            "G" or "GB" => 1L << 30,
            _ => 0L,
        };
        return factor > 0 && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000_000_000 ? (long)decimal.Truncate(number * factor) : null;
    }

    /// <summary>Returns what a mapping has below a key, itself or by a merge key; YamlDotNet's own merging refuses a key that overrides a merged one.</summary>
    private static YamlNode? Child(YamlNode? node, string key)
    {
        if (node is not YamlMappingNode mapping) return null;
        if (mapping.Children.TryGetValue(new YamlScalarNode(key), out var value)) return value;
        return mapping.Children.TryGetValue(new YamlScalarNode("<<"), out var merged) ? (merged as YamlSequenceNode)?.Children.Select(one => Child(one, key)).FirstOrDefault(found => found is not null) ?? Child(merged, key) : null;
    }

    private static string? Text(YamlNode? node) => node is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;

    private static CliException Wrong(string file, string service, string what, object value) =>
        CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"{file}: {what} '{value}' of {service} is no such limit: write for example cpus: \"1.5\", memory: 512M, replicas: 3."));
}
