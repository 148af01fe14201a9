using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace K2.Simulator.Kafka;

/// <summary>
/// The functions of librdkafka behind <see cref="MockKafkaCluster"/>, in the very file that the client has loaded: which of the files in the
/// package that is depends on the machine.
/// </summary>
internal static class MockKafkaNative
{
    private const string Name = "librdkafka-mock";
    private static readonly Lazy<nint> Loaded = new(Find);

    static MockKafkaNative() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) => name == Name ? Loaded.Value : 0);

    /// <summary>Has the client load its native library.</summary>
    public static void Bind() => _ = Loaded.Value;

    [DllImport(Name)]
    public static extern nint rd_kafka_conf_new();

    [DllImport(Name)]
    public static extern int rd_kafka_conf_set(nint configuration, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, byte[] error, nint errorSize);

    [DllImport(Name)]
    public static extern nint rd_kafka_new(int type, nint configuration, byte[] error, nint errorSize);

    [DllImport(Name)]
    public static extern void rd_kafka_destroy(nint client);

    [DllImport(Name)]
    public static extern nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [DllImport(Name)]
    public static extern void rd_kafka_mock_cluster_destroy(nint cluster);

    [DllImport(Name)]
    public static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_topic_create(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replication);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_topic_delete(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_partition_delete_records(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, long offset);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_partition_set_leader(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, int broker);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_broker_set_up(nint cluster, int broker);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

    [DllImport(Name)]
    public static extern void rd_kafka_mock_push_request_errors_array(nint cluster, short apiKey, nuint count, int[] errors);

    [DllImport(Name)]
    public static extern void rd_kafka_mock_clear_request_errors(nint cluster, short apiKey);

    [DllImport(Name)]
    public static extern int rd_kafka_mock_coordinator_set(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string keyType, [MarshalAs(UnmanagedType.LPUTF8Str)] string key, int broker);

    private static nint Find()
    {
        _ = Library.Version;
        using var process = Process.GetCurrentProcess();
        var module = process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.FileName.Contains("librdkafka", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("the client has not loaded librdkafka");
        return NativeLibrary.Load(module.FileName);
    }
}
