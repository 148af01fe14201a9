using System.Globalization;
using System.Text.RegularExpressions;

namespace K2.Cli.Bench.Corrections;

/// <summary>
/// Makes captures of Binance whose trades come late: one capture is stretched over 29 days, and of each seed some of its frames are put behind others, or
/// come twice. Pace and ids stay: the trades are the same in all of them.
/// </summary>
internal sealed partial class LateCapture
{
    private const int MostFrames = 5_000;

    // Age of each quarter of the capture, in the trades' own time: a frame that is moved from one into another is late by the difference.
    private static readonly TimeSpan[] Ages = [TimeSpan.FromDays(29), TimeSpan.FromDays(1), TimeSpan.FromHours(1), TimeSpan.Zero];
    private readonly List<(string Receive, string Frame)> _lines = [];
    private readonly string _folder;

    private LateCapture(string folder) => _folder = folder;

    /// <summary>The stretched capture in the trades' order.</summary>
    public string Sorted => Path.Combine(_folder, "sorted.jsonl");

    /// <summary>Reads a capture, stretches it and writes it into the folder.</summary>
    public static LateCapture Make(string capture, string folder)
    {
        Directory.CreateDirectory(folder);
        var made = new LateCapture(folder);
        var lines = File.ReadLines(capture).Take(MostFrames).ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            var age = (long)Ages[i * Ages.Length / lines.Count].TotalMilliseconds;
            var older = ExchangeTimes().Replace(lines[i], match => match.Groups[1].Value + (long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) - age).ToString(CultureInfo.InvariantCulture));
            var receive = Receive().Match(older).Value;
            made._lines.Add((receive, older[receive.Length..]));
        }

        File.WriteAllLines(made.Sorted, made._lines.Select(line => line.Receive + line.Frame));
        return made;
    }

    /// <summary>Writes the capture of a seed and returns its path.</summary>
    public string Of(int seed)
    {
        var random = new Random(seed);
        var frames = new List<(int Place, string Frame)>();
        for (var i = 0; i < _lines.Count; i++)
        {
            // The last frame stays where it is, so that the end is the same.
            var isLast = i == _lines.Count - 1;
            var place = !isLast && random.Next(15) == 0 ? random.Next(i, _lines.Count - 1) : i;
            frames.Add((place, _lines[i].Frame));
            if (!isLast && random.Next(25) == 0) frames.Add((random.Next(i, _lines.Count - 1), _lines[i].Frame));
        }

        var path = Path.Combine(_folder, $"seed{seed.ToString(CultureInfo.InvariantCulture)}.jsonl");
        File.WriteAllLines(path, frames.OrderBy(frame => frame.Place).Select(frame => _lines[frame.Place].Receive + frame.Frame));
        return path;
    }

    [GeneratedRegex(@"(\\""[ET]\\"":)(\d+)")]
    private static partial Regex ExchangeTimes();

    [GeneratedRegex(@"^\{""recv_ns"":\s*\d+")]
    private static partial Regex Receive();
}
