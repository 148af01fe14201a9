using System.Globalization;
using System.Text;
using K2.Exchanges;

namespace K2.Cli.Bench.Fuzz;

/// <summary>One parser under damaged input. Not thread-safe; several may run at once.</summary>
internal sealed class FuzzTarget(string name, int seed, IReadOnlyList<string> examples, int slots, FuzzTarget.Reader read)
{
    private const int MaxFailures = 5;
    private const int CheckTwiceOneIn = 64;
    private const int AskStopEvery = 1024;

    private readonly FrameMutator _mutator = new(seed, examples);
    private readonly long[] _kinds = new long[Enum.GetValues<FrameKind>().Length];
    private readonly List<string> _failures = [];

    // One result serves all messages, as in a connection: nothing of one may show in the next.
    private readonly FrameResult _result = new();
    private long _frames;
    private long _failed;
    private long _partly;

    /// <summary>Reads bytes into a result; returns what is wrong beside it, or null.</summary>
    public delegate string? Reader(ReadOnlySpan<byte> bytes, FrameResult result);

    /// <summary>Whether only JSON may hold trades.</summary>
    public bool IsJson { get; init; } = true;

    /// <summary>Messages with a broken promise.</summary>
    public long Failed => _failed;

    /// <summary>The first of those, each as one line.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Reads a number of messages.</summary>
    public void Run(long frames, CancellationToken cancellationToken)
    {
        for (var left = frames; left > 0; left--)
        {
            if (_frames++ % AskStopEvery == 0) cancellationToken.ThrowIfCancellationRequested();
            var bytes = _mutator.Next();
            if (Try(bytes) is not { } problem) continue;

            _failed++;
            if (_failures.Count < MaxFailures) _failures.Add($"{name}, seed {seed}, message {_frames}: {problem}: {Convert.ToBase64String(bytes)} = {Encoding.UTF8.GetString(bytes).ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Says in one line what came of the messages.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {_frames} messages: {Of(FrameKind.Trades)} with trades ({_partly} with a bad one beside good ones), {Of(FrameKind.Control)} control, {Of(FrameKind.Ignored)} ignored, {Of(FrameKind.Rejected)} rejected, {_failed} FAILED");

    private long Of(FrameKind kind) => _kinds[(int)kind];

    private string? Try(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if ((read(bytes, _result) ?? FuzzCheck.Problem(_result, slots, IsJson)) is { } problem) return problem;
            _kinds[(int)_result.Kind]++;
            if (_result.Kind == FrameKind.Trades && _result.BadTrades > 0) _partly++;
            if (_frames % CheckTwiceOneIn != 0) return null;
            if (IsJson && _result.Kind == FrameKind.Trades && !FuzzCheck.IsJson(bytes)) return "trades of bytes that are no JSON";

            var fresh = new FrameResult();
            read(bytes, fresh);
            return FuzzCheck.Difference(_result, fresh);
        }
        catch (Exception escaped)
        {
            // Whatever escapes is the finding: a parser throws for no bytes.
            return $"{escaped.GetType().Name} ({escaped.Message})";
        }
    }
}
