using System.Text.Json;
using System.Text.Json.Serialization;

namespace K2.Simulator.Exchanges;

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class SimulatorJson : JsonSerializerContext;
