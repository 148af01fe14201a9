using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using K2.Cli.Compose;
using K2.TestKit;
using YamlDotNet.RepresentationModel;

namespace K2.Api.Tests.Compose;

/// <summary>What can be said of the cluster without a container engine.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly string[] Core = ["redpanda", "clickhouse", "seaweedfs", "s3-bucket", "redis", "silo", "api"];
    private static readonly string[] Observability = ["prometheus", "alertmanager", "grafana"];
    private static readonly string[] Tools = ["console"];

    /// <summary>The first word of each health check; behind it where it is written that the image has it.</summary>
    private static readonly Dictionary<string, string> HealthCommands = new(StringComparer.Ordinal)
    {
        ["redpanda"] = "rpk", // the image's entry point itself is rpk; grep and sh come with its Debian base
        ["clickhouse"] = "wget", // ClickHouse/ClickHouse docker/server/Dockerfile.ubuntu installs wget; docs: GET /ping
        ["seaweedfs"] = "wget", // seaweedfs/seaweedfs docker/Dockerfile.go_build is based on Alpine, whose busybox has wget; S3's /healthz
        ["redis"] = "redis-cli", // redis/docker-library-redis alpine/Dockerfile installs and calls redis-cli
        ["silo"] = "dotnet", // silo/Dockerfile: the entry point, and K2.Silo.dll's --healthcheck
        ["api"] = "dotnet", // as the silo
        ["prometheus"] = "promtool", // prometheus/prometheus Dockerfile copies promtool; docs/command-line/promtool.md: check healthy --url
        ["alertmanager"] = "amtool", // prometheus/alertmanager Dockerfile copies amtool; tried with 0.25, which fails where nobody answers
        ["grafana"] = "curl", // grafana/grafana Dockerfile adds curl; docs: GET /api/health
        ["console"] = "wget", // redpanda-data/console is based on Alpine, whose busybox has wget; GET /admin/health
    };

    /// <summary>Services whose root file system is not read-only, and why.</summary>
    private static readonly Dictionary<string, string> Writable = new(StringComparer.Ordinal)
    {
        ["redpanda"] = "rpk writes files beside the broker's data that nothing documents",
    };

    public static TheoryData<string> Names => [.. ComposeYaml.Services.Keys];

    [Fact]
    public void Services_StandInTheirProfiles()
    {
        var byProfile = ComposeYaml.Services.ToLookup(service => ComposeYaml.Texts(service.Value, "profiles").DefaultIfEmpty("").Single(), service => service.Key);

        Assert.Equal(Core, byProfile[""]);
        Assert.Equal(Observability, byProfile["observability"]);
        Assert.Equal(Tools, byProfile["tools"]);
        Assert.Equal("3", ComposeYaml.Map(ComposeYaml.Services["silo"]["deploy"])["replicas"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Image_IsPinnedByAVersion(string name)
    {
        var image = (string)ComposeYaml.Services[name]["image"];

        // The one that is built here carries the tag of .env.
        if (ComposeYaml.Services[name].ContainsKey("build")) Assert.StartsWith("k2-silo:${K2_VERSION:?", image, StringComparison.Ordinal);
        else Assert.Matches(@"^[a-z0-9/-]+:v?\d+(\.\d+){1,3}(-alpine)?$", image);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void HealthCheck_UsesWhatTheImageHas(string name)
    {
        var service = ComposeYaml.Services[name];
        if (name == "s3-bucket")
        {
            Assert.Equal("no", service["restart"]);
            return;
        }

        var test = ComposeYaml.Texts(ComposeYaml.Map(service["healthcheck"]), "test");

        Assert.Contains(test[0], (string[])["CMD", "CMD-SHELL"]);
        Assert.Equal(HealthCommands[name], test[1].Split(' ')[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ports_AreOnLoopbackAlone(string name) =>
        Assert.All(ComposeYaml.Texts(ComposeYaml.Services[name], "ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void Ports_AreOfDifferentNumbers()
    {
        var ports = ComposeYaml.Services.Values.SelectMany(service => ComposeYaml.Texts(service, "ports")).Select(port => Default().Replace(port, "$1").Split(':')[1]).ToList();

        Assert.Equal(ports.Distinct(StringComparer.Ordinal), ports);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Service_HasNoRightsThatItDoesNotNeed(string name)
    {
        var service = ComposeYaml.Services[name];

        Assert.Contains("no-new-privileges:true", ComposeYaml.Texts(service, "security_opt"));
        foreach (var forbidden in (string[])["privileged", "network_mode", "pid", "cap_add", "devices"]) Assert.DoesNotContain(forbidden, service.Keys);
        Assert.Matches(@"^[1-9]\d*:\d+$", (string)service["user"]);
        if (name is not ("redpanda" or "clickhouse")) Assert.Equal(["ALL"], ComposeYaml.Texts(service, "cap_drop"));
        Assert.Equal(!Writable.ContainsKey(name), service.TryGetValue("read_only", out var readOnly) && (string)readOnly == "true");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mounts_AreFilesThatExist_AndVolumesThatAreNamed(string name)
    {
        foreach (var mount in ComposeYaml.Texts(ComposeYaml.Services[name], "volumes").Select(text => text.Split(':')).Where(parts => parts.Length > 1))
        {
            if (!mount[0].StartsWith("./", StringComparison.Ordinal))
            {
                Assert.Contains(mount[0], ComposeYaml.Volumes);
                continue;
            }

            Assert.True(Path.Exists(RepositoryFiles.Path(mount[0])), $"{mount[0]} does not exist");
            Assert.Equal("ro", mount[2]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DependsOn_WaitsForServicesThatAreThereWithoutAProfileOrInTheSame(string name)
    {
        var service = ComposeYaml.Services[name];
        service.TryGetValue("depends_on", out var wanted);
        foreach (var (other, condition) in ComposeYaml.Map(wanted))
        {
            var profiles = ComposeYaml.Texts(ComposeYaml.Services[other], "profiles");
            Assert.True(profiles.Count == 0 || profiles.SequenceEqual(ComposeYaml.Texts(service, "profiles")), $"{name} waits for {other}, which may not run");
            Assert.Equal(other == "s3-bucket" ? "service_completed_successfully" : "service_healthy", ComposeYaml.Map(condition)["condition"]);
        }
    }

    [Fact]
    public void Variables_AreExactlyThoseOfTheExample()
    {
        var used = Variable().Matches(ComposeYaml.Content).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(Example().Keys.Order(StringComparer.Ordinal), used);
    }

    [Fact]
    public void Variables_Secrets_HaveNoDefault_AndWithoutThemComposeSaysWhatToRun()
    {
        foreach (var (name, value) in Example())
        {
            var uses = Variable().Matches(ComposeYaml.Content).Where(match => match.Groups[1].Value == name).Select(match => match.Groups[2].Value).ToList();
            if (value.Length == 0 || name == "K2_VERSION") Assert.All(uses, use => Assert.Equal(":?is not set, run k2 compose init first", use));
            else Assert.All(uses, use => Assert.Equal($":-{value}", use));
        }
    }

    [Fact]
    public void Passwords_StandNowhere()
    {
        foreach (var (name, service) in ComposeYaml.Services)
        {
            service.TryGetValue("environment", out var environment);
            foreach (var (variable, value) in ComposeYaml.Map(environment).Where(pair => Secret().IsMatch(pair.Key) && !pair.Key.EndsWith("Variable", StringComparison.Ordinal)))
                Assert.True(((string)value).StartsWith("${K2_", StringComparison.Ordinal), $"{name}: {variable} is written out");
            foreach (var word in ComposeYaml.Texts(service, "command").Concat(ComposeYaml.Texts(service, "entrypoint"))) Assert.DoesNotContain("${K2_", word, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Budget_OfTheCluster_FitsWithAMargin()
    {
        var services = ComposeFile.Load(RepositoryFiles.Path(ComposeYaml.Name));

        Assert.Equal(ComposeYaml.Services.Keys, services.Select(service => service.Name));
        Assert.Empty(ClusterBudget.Problems(services));
        var (cpus, memory) = ClusterBudget.Total(services);
        Assert.True(cpus <= 12, string.Create(CultureInfo.InvariantCulture, $"{cpus} CPUs"));
        Assert.True(memory <= 16L << 30, ClusterBudget.Gibibytes(memory));
    }

    [Fact]
    public void Limits_AreToldToWhatRunsInside()
    {
        long Limit(string service) => ComposeFile.Load(RepositoryFiles.Path(ComposeYaml.Name)).Single(one => one.Name == service).MemoryBytes!.Value;
        string Setting(string service, string name) => (string)ComposeYaml.Map(ComposeYaml.Services[service]["environment"])[name];

        foreach (var service in (string[])["silo", "api"]) Assert.InRange(Convert.ToInt64(Setting(service, "DOTNET_GCHeapHardLimit"), 16), Limit(service) / 3, Limit(service) * 2 / 3);
        foreach (var service in (string[])["seaweedfs", "prometheus", "alertmanager", "grafana", "console"])
            Assert.InRange(long.Parse(Setting(service, "GOMEMLIMIT").Replace("MiB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 20, Limit(service) * 7 / 10, Limit(service) * 9 / 10);
        var clickHouse = XDocument.Parse(RepositoryFiles.Text("silo/cluster/clickhouse.xml")).Root!;
        Assert.InRange((long)clickHouse.Element("max_server_memory_usage")!, Limit("clickhouse") * 7 / 10, Limit("clickhouse") * 9 / 10);
        Assert.Contains("\nmaxmemory 128mb\n", RepositoryFiles.Text("silo/cluster/redis.conf"), StringComparison.Ordinal);
        Assert.True(Limit("redis") >= 256L << 20, "Redis copies pages while it rewrites its file");
    }

    [Fact]
    public void Redpanda_KeepsWhatItAcknowledges()
    {
        var start = string.Join(' ', ComposeYaml.Texts(ComposeYaml.Services["redpanda"], "command"));
        var limit = ComposeFile.Load(RepositoryFiles.Path(ComposeYaml.Name)).Single(service => service.Name == "redpanda").MemoryBytes!.Value;

        Assert.DoesNotContain("--mode", start, StringComparison.Ordinal);
        Assert.Contains("--unsafe-bypass-fsync=false", start, StringComparison.Ordinal);
        Assert.Contains("--smp 1 ", start, StringComparison.Ordinal);
        Assert.InRange(long.Parse(Memory().Match(start).Groups[1].Value, CultureInfo.InvariantCulture) << 20, limit * 7 / 10, limit * 9 / 10);
        Assert.Contains("developer_mode: false", RepositoryFiles.Text("silo/cluster/redpanda.yaml"), StringComparison.Ordinal);
        Assert.Contains("write_caching_default: disabled", RepositoryFiles.Text("silo/cluster/redpanda-bootstrap.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silo/cluster/redpanda.yaml")]
    [InlineData("silo/cluster/redpanda-bootstrap.yaml")]
    [InlineData("grafana/prometheus/prometheus.yml")]
    [InlineData("grafana/prometheus/rules/alerts.yml")]
    [InlineData("grafana/alertmanager/alertmanager.yml")]
    [InlineData("grafana/provisioning/datasources/prometheus.yml")]
    [InlineData("grafana/provisioning/dashboards/k2.yml")]
    public void MountedYaml_CanBeRead(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(RepositoryFiles.Text(file)));

        Assert.IsType<YamlMappingNode>(Assert.Single(yaml.Documents).RootNode);
    }

    [Fact]
    public void ClickHouse_HasNoUserWithoutAPassword()
    {
        var users = XDocument.Parse(RepositoryFiles.Text("silo/cluster/clickhouse-users.xml")).Root!.Element("users")!;

        Assert.Equal("1", (string?)users.Element("default")!.Attribute("remove"));
        Assert.Equal("K2_CLICKHOUSE_PASSWORD", (string?)users.Element("k2")!.Element("password")!.Attribute("from_env"));
    }

    [Fact]
    public void Prometheus_AsksServicesOfTheCluster()
    {
        var text = RepositoryFiles.Text("grafana/prometheus/prometheus.yml");
        var asked = Target().Matches(text).Select(match => match.Groups[1].Value).Where(host => host != "localhost").ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, host => Assert.Contains(host, ComposeYaml.Services.Keys));
        Assert.Contains("names: [silo]", text, StringComparison.Ordinal);
        Assert.Contains("names: [api]", text, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Example() =>
        RepositoryFiles.Text(EnvironmentFile.ExampleName).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    [GeneratedRegex(@"(?<!\$)\$\{([A-Z0-9_]+)([^}]*)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{[A-Z0-9_]+:-([^}]*)\}")]
    private static partial Regex Default();

    [GeneratedRegex("PASSWORD|SECRET|_KEY|AUTH", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"--memory (\d+)M ")]
    private static partial Regex Memory();

    [GeneratedRegex(@"targets: \[([a-z-]+):\d+\]")]
    private static partial Regex Target();
}
