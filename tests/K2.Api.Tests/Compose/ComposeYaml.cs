using K2.TestKit;
using YamlDotNet.RepresentationModel;

namespace K2.Api.Tests.Compose;

/// <summary>The cluster's compose file as plain values, merge keys resolved, by code of its own: what <c>k2 budget</c> misreads shall be seen.</summary>
internal static class ComposeYaml
{
    public const string Name = "docker-compose.yml";

    public static string Content { get; } = RepositoryFiles.Text(Name);

    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> Services { get; } =
        Map(Root()["services"]).ToDictionary(service => service.Key, service => Map(service.Value), StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Volumes { get; } = [.. Map(Root()["volumes"]).Keys];

    public static IReadOnlyDictionary<string, object> Map(object? value) => (IReadOnlyDictionary<string, object>?)value ?? new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Returns a list's texts; none where there is no list.</summary>
    public static IReadOnlyList<string> Texts(IReadOnlyDictionary<string, object> service, string key) =>
        service.TryGetValue(key, out var value) ? [.. ((IEnumerable<object>)value).Select(item => (string)item)] : [];

    private static IReadOnlyDictionary<string, object> Root()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Content));
        return Map(Plain(yaml.Documents.Single().RootNode));
    }

    private static object Plain(YamlNode node)
    {
        if (node is YamlSequenceNode list) return list.Children.Select(Plain).ToList();
        if (node is not YamlMappingNode mapping) return ((YamlScalarNode)node).Value ?? "";
        var result = new Dictionary<string, object>(StringComparer.Ordinal);

        // Merged keys first, so that the mapping's own replace them.
        foreach (var (key, value) in mapping.Children.OrderBy(pair => Key(pair.Key) == "<<" ? 0 : 1))
        {
            if (Key(key) != "<<") result[Key(key)] = Plain(value);
            else foreach (var (name, merged) in Map(Plain(value))) result[name] = merged;
        }

        return result;
    }

    private static string Key(YamlNode node) => ((YamlScalarNode)node).Value!;
}
