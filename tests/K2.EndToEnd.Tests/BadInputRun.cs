using System.Globalization;
using System.Text.Json;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;
using K2.Warehouse.Embedded;

namespace K2.EndToEnd.Tests;

/// <summary>One replay of good frames with every kind of bad one between them; the tests look at what became of each.</summary>
public sealed class BadInputRun : IAsyncLifetime
{
    public const long FirstId = 100;
    public const int GoodTrades = 30;
    private const long StartMs = 1_723_161_240_000;
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _frames = new(StringComparer.Ordinal);
    private string _letters = "";

    public string Output { get; private set; } = "";

    public string Trades { get; private set; } = "";

    /// <summary>The frame that a case sent.</summary>
    public string FrameOf(string name) => _frames[name];

    /// <summary>The dead letter whose original bytes are the given text, as reason and length; or null.</summary>
    public string? LetterOf(string original) => _letters.Split('\n').FirstOrDefault(line => line.EndsWith('\t' + Escape(original), StringComparison.Ordinal));

    /// <summary>All dead letters of a reason.</summary>
    public List<string> LettersOf(string reason) => [.. _letters.Split('\n').Where(line => line.StartsWith(reason + '\t', StringComparison.Ordinal))];

    public async ValueTask InitializeAsync()
    {
        if (EngineLocator.FindLibrary() is null) return;
        var lines = new List<string>();
        foreach (var (name, frame) in Cases()) _frames[name] = frame;
        for (var i = 0; i < GoodTrades; i++)
        {
            lines.Add(Line(i, Trade(FirstId + i)));
            if (i < _frames.Count) lines.Add(Line(i, _frames.Values.ElementAt(i)));
        }

        var capture = Path.Combine(_folder.Path, "bad.jsonl");
        await File.WriteAllLinesAsync(capture, lines);
        using var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, _folder.Data));
        var code = await silo.WaitAsync(RunningSilo.Limit, CancellationToken.None);
        Output = $"exit code {code.ToString(CultureInfo.InvariantCulture)}\n{silo.Output}";
        _letters = await RunningSilo.QueryAsync(_folder.Data, "SELECT reason, original_length, original FROM k2.dead_letters FORMAT TSV");
        Trades = await RunningSilo.QueryAsync(_folder.Data, "SELECT trade_id, price FROM k2.silver_trades ORDER BY trade_id FORMAT TSV");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<(string Name, string Frame)> Cases()
    {
        yield return ("broken-json", "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",");
        yield return ("missing-field", """{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":900,"q":"0.02","T":1723161255342,"m":true,"M":true}}""");
        yield return ("unknown-symbol", Trade(901, symbol: "NOSUCHUSDT", stream: "btcusdt@trade"));
        yield return ("price-zero", Trade(902, price: "0.00000000"));
        yield return ("price-negative", Trade(903, price: "-1.5"));
        yield return ("price-40-digits", Trade(904, price: "1234567890123456789012345678901234567890.1"));
        yield return ("price-too-precise", Trade(905, price: "1.1234567891234"));
        yield return ("quantity-zero", Trade(906, quantity: "0"));
        yield return ("quantity-negative", Trade(907, quantity: "-0.1"));
        yield return ("quantity-40-digits", Trade(908, quantity: "0.0000000000000000000000000000000000000001"));
        yield return ("time-1970", Trade(909, timeMs: 1));
        yield return ("time-2100", Trade(910, timeMs: 4_102_444_800_000));
        yield return ("known-id-other-price", Trade(FirstId, price: "99999.5"));
        yield return ("10-mb", "{\"stream\":\"btcusdt@trade\",\"data\":\"" + new string('x', 10 << 20) + "\"}");
    }

    private static string Trade(long id, string symbol = "BTCUSDT", string price = "100.25", string quantity = "0.5", long? timeMs = null, string stream = "btcusdt@trade")
    {
        var time = (timeMs ?? (StartMs + (id * 100))).ToString(CultureInfo.InvariantCulture);
        return $$$"""{"stream":"{{{stream}}}","data":{"e":"trade","E":{{{time}}},"s":"{{{symbol}}}","t":{{{id.ToString(CultureInfo.InvariantCulture)}}},"p":"{{{price}}}","q":"{{{quantity}}}","T":{{{time}}},"m":true,"M":true}}""";
    }

    private static string Line(int index, string frame) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"recv_ns\": {(StartMs + ((FirstId + index) * 100)) * 1_000_000}, \"frame\": {JsonSerializer.Serialize(frame)}}}");

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
