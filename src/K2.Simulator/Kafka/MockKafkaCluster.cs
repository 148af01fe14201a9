using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace K2.Simulator.Kafka;

/// <summary>
/// librdkafka's mock cluster: brokers on 127.0.0.1, inside this process and without a disk, that ordinary clients of any process can use. It
/// keeps 5 MiB a partition, does not enforce idempotence, and answers neither CreateTopics nor DescribeConfigs. Gone when disposed.
/// </summary>
public sealed class MockKafkaCluster : IDisposable
{
    private const int ProducerType = 0;
    private const int ErrorBytes = 512;

    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);

    private readonly nint _client;
    private readonly nint _cluster;
    private bool _disposed;

    /// <summary>Starts a cluster whose brokers have the ids 1 to <paramref name="brokers"/>.</summary>
    public MockKafkaCluster(int brokers = 1)
    {
        MockKafkaNative.Bind();
        var error = new byte[ErrorBytes];
        var configuration = MockKafkaNative.rd_kafka_conf_new();
        _ = MockKafkaNative.rd_kafka_conf_set(configuration, "log_level", "0", error, error.Length); // It would warn that it has no broker.
        _client = MockKafkaNative.rd_kafka_new(ProducerType, configuration, error, error.Length);
        if (_client == 0) throw new InvalidOperationException($"no client for the mock cluster: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");

        _cluster = MockKafkaNative.rd_kafka_mock_cluster_new(_client, brokers);
        if (_cluster == 0)
        {
            MockKafkaNative.rd_kafka_destroy(_client);
            throw new InvalidOperationException("the mock cluster does not start");
        }

        Bootstraps = Marshal.PtrToStringUTF8(MockKafkaNative.rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    /// <summary>Addresses for <c>bootstrap.servers</c>.</summary>
    public string Bootstraps { get; }

    /// <summary>Creates a topic.</summary>
    public void CreateTopic(string name, int partitions) => Call(() => MockKafkaNative.rd_kafka_mock_topic_create(_cluster, name, partitions, 1));

    /// <summary>Deletes a topic with its records; the offsets that groups have committed for it stay.</summary>
    public void DeleteTopic(string name) => Call(() => MockKafkaNative.rd_kafka_mock_topic_delete(_cluster, name));

    /// <summary>Deletes the records of a partition below an offset, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long before) => Call(() => MockKafkaNative.rd_kafka_mock_partition_delete_records(_cluster, topic, partition, before));

    /// <summary>Breaks a broker's connections and refuses new ones.</summary>
    public void SetDown(int broker = 1) => Call(() => MockKafkaNative.rd_kafka_mock_broker_set_down(_cluster, broker));

    /// <summary>Lets a broker answer again.</summary>
    public void SetUp(int broker = 1) => Call(() => MockKafkaNative.rd_kafka_mock_broker_set_up(_cluster, broker));

    /// <summary>Sets how long a broker holds back each answer.</summary>
    public void SetRoundTrip(TimeSpan time, int broker = 1) => Call(() => MockKafkaNative.rd_kafka_mock_broker_set_rtt(_cluster, broker, (int)time.TotalMilliseconds));

    /// <summary>Answers the next requests of a kind with these errors, one each, whichever broker they reach. The requests have no effect.</summary>
    /// <param name="request">The API key of Kafka's protocol.</param>
    /// <param name="errors">Numbers of Kafka's protocol; 0 lets a request pass.</param>
    public void PushErrors(MockKafkaRequest request, params int[] errors) =>
        MockKafkaNative.rd_kafka_mock_push_request_errors_array(_cluster, (short)request, (nuint)errors.Length, errors);

    /// <summary>Forgets the errors that were pushed and not yet used.</summary>
    public void ClearErrors(MockKafkaRequest request) => MockKafkaNative.rd_kafka_mock_clear_request_errors(_cluster, (short)request);

    /// <summary>Makes a broker the coordinator of a group.</summary>
    public void SetGroupCoordinator(string group, int broker) => Call(() => MockKafkaNative.rd_kafka_mock_coordinator_set(_cluster, "group", group, broker));

    /// <summary>Makes a broker the leader of a partition.</summary>
    public void SetLeader(string topic, int partition, int broker) => Call(() => MockKafkaNative.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, broker));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        MockKafkaNative.rd_kafka_mock_cluster_destroy(_cluster);
        MockKafkaNative.rd_kafka_destroy(_client);
    }

    // The cluster's thread sometimes misses that it has a call to serve, and then sleeps for a second: a connection wakes it.
    private void Call(Func<int> call)
    {
        var error = 0;
        var caller = new Thread(() => error = call()) { IsBackground = true };
        caller.Start();
        while (!caller.Join(Nap)) Nudge();
        if (error != 0) throw new InvalidOperationException($"the mock cluster refused with error {error}");
    }

    private void Nudge()
    {
        foreach (var address in Bootstraps.Split(','))
        {
            try
            {
                using var connection = new TcpClient();
                connection.Connect(IPEndPoint.Parse(address));
            }
            catch (SocketException)
            {
                // This broker is down; another one wakes the thread, or it wakes by itself.
            }
        }
    }
}
