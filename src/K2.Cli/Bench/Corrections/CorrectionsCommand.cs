using System.CommandLine;
using System.Globalization;
using K2.Domain.Instruments;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Corrections;

/// <summary><c>k2 bench corrections</c>: late trades in real processes that are killed; the candles must equal those of a sorted pass.</summary>
internal static class CorrectionsCommand
{
    public static Command Create(CliServices services, Func<InstrumentTable> instruments, string defaultCapture, Func<string, string, string> existing, Func<string> builtSilo)
    {
        var seeds = new Option<int>("--seeds") { Description = "number of seeds", DefaultValueFactory = _ => 50 };
        var first = new Option<int>("--first-seed") { Description = "the first seed", DefaultValueFactory = _ => 1 };
        var capture = new Option<string>("--capture") { Description = "a capture of Binance's single trades", DefaultValueFactory = _ => defaultCapture };
        var speed = new Option<int>("--speed") { Description = "pace of the runs that are killed", DefaultValueFactory = _ => 60 };
        var silo = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var command = new Command("corrections", "Trades up to 29 days late and repeated, silo or engine killed on the way; candles must equal those of a sorted pass, and their history be whole.") { seeds, first, capture, speed, silo };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Directory.CreateTempSubdirectory("k2-bench-corrections-").FullName;
            try
            {
                var late = LateCapture.Make(existing(parsed.GetValue(capture)!, "--capture"), Path.Combine(folder, "captures"));
                var options = new KillBenchOptions
                {
                    Capture = late.Sorted,
                    CaptureOf = late.Of,
                    Check = Check,
                    Silo = existing(parsed.GetValue(silo) ?? builtSilo(), "--silo"),
                    Seeds = parsed.GetValue(seeds) is > 0 and var count ? count : throw CliException.Usage("--seeds takes a whole number from 1."),
                    FirstSeed = parsed.GetValue(first),
                    Speed = parsed.GetValue(speed) is > 0 and var pace ? pace : throw CliException.Usage("--speed takes a whole number from 1."),
                    HitsPerStep = parsed.GetValue(seeds) >= 30 ? 3 : 0,
                    Folder = Path.Combine(folder, "data"),
                };
                var rows = new StoredRowsReader(instruments(), TimeProvider.System, NullLoggerFactory.Instance, valuesOnly: true);
                return await new KillBench(options, rows, services.Terminal.Out, TimeProvider.System).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        });
        return command;
    }

    private static (bool IsRight, string Text) Check(StoredRows rows)
    {
        var numbers = rows.History.TrimEnd().Split('\t').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToList();
        return (numbers is [0, 0, 0, > 0, > 0], string.Create(CultureInfo.InvariantCulture, $"history: {numbers[0]} candles differ, {numbers[1]} rows fall, {numbers[2]} events disagree; {numbers[3]} closings, {numbers[4]} revisions"));
    }
}
