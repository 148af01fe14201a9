using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>
/// How messages of one kind look, learnt from real ones: the names of each object's members in their order, and for each place the kinds of values and how
/// their numbers and times are written. Every element of every array counts. What was learnt from one message only is held to as far as it says something.
/// </summary>
internal sealed partial class FrameShape
{
    // With fewer different fractions it may be chance that the longest one did not occur.
    private const int Enough = 20;

    // A number of whole milliseconds or finer since the epoch has at least so many digits; the lengths of shorter ones say nothing.
    private const int ShortestTime = 13;
    private readonly Dictionary<string, HashSet<string>> _orders = [];
    private readonly Dictionary<string, Column> _columns = [];

    private FrameShape(IEnumerable<string> messages)
    {
        foreach (var message in messages) Learn("$", JsonElement.Parse(message));
    }

    /// <summary>Fails where messages differ in shape from the real ones.</summary>
    /// <param name="real">Captured or documented messages of one kind.</param>
    /// <param name="actual">What is compared with them.</param>
    public static void Same(IReadOnlyCollection<string> real, IReadOnlyCollection<string> actual)
    {
        Assert.NotEmpty(real);
        Assert.NotEmpty(actual);
        var (wanted, found) = (new FrameShape(real), new FrameShape(actual));
        var differences = found.Differences(wanted).ToList();
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    [GeneratedRegex(@"^-?\d+(\.\d+)?([eE][-+]?\d+)?$")]
    private static partial Regex Number { get; }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Iso { get; }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC m=\+\d+\.\d{9}$")]
    private static partial Regex GoTime { get; }

    private static string Fraction(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? "" : new string([.. text[(point + 1)..].TakeWhile(char.IsAsciiDigit)]);
    }

    private IEnumerable<string> Differences(FrameShape real)
    {
        foreach (var (path, orders) in _orders)
        {
            var known = real._orders.GetValueOrDefault(path) ?? [];
            foreach (var order in orders.Where(order => !known.Contains(order))) yield return $"{path} has members {order}, not {string.Join(" or ", known)}";
        }

        foreach (var (path, column) in _columns)
        {
            if (!real._columns.TryGetValue(path, out var wanted)) yield return $"{path} is not there";
            else if (column.Difference(wanted) is { } difference) yield return $"{path}: {difference}";
        }

        foreach (var path in real._columns.Keys.Where(path => !_columns.ContainsKey(path))) yield return $"{path} is missing";
    }

    private void Learn(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                if (!_orders.TryGetValue(path, out var orders)) _orders[path] = orders = [];
                orders.Add(string.Join(',', value.EnumerateObject().Select(member => member.Name)));
                foreach (var member in value.EnumerateObject()) Learn($"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array:
                // A list of unlike scalars is a row: each place has a meaning of its own.
                var isRow = value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) && value.EnumerateArray().Select(item => item.ValueKind).Distinct().Count() > 1;
                var index = 0;
                foreach (var item in value.EnumerateArray()) Learn(isRow ? $"{path}[{(index++).ToString(CultureInfo.InvariantCulture)}]" : $"{path}[]", item);
                break;
            default:
                if (!_columns.TryGetValue(path, out var column)) _columns[path] = column = new Column();
                column.Add(value);
                break;
        }
    }

    /// <summary>The values at one place.</summary>
    private sealed class Column
    {
        private readonly HashSet<string> _kinds = [];
        private readonly SortedSet<int> _fractions = [];
        private readonly SortedSet<int> _wholes = [];
        private bool _endsInZero;
        private bool _isTime;
        private readonly HashSet<string> _texts = [];

        public void Add(JsonElement value)
        {
            var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            var (kind, isNumber) = value.ValueKind switch
            {
                JsonValueKind.Number => ("number", true),
                JsonValueKind.String when Number.IsMatch(text) => ("number as text", true),
                JsonValueKind.String when Iso.IsMatch(text) => ("time", true),
                JsonValueKind.String when GoTime.IsMatch(text) => ("Go time", true),
                JsonValueKind.String => (text.Length == 0 ? "no text" : "text", false),
                JsonValueKind.True or JsonValueKind.False => ("bool", false),
                _ => ("null", false),
            };
            _kinds.Add(kind);
            if (!isNumber) return;
            var fraction = Fraction(text);
            var whole = text.TakeWhile(char.IsAsciiDigit).Count();
            _texts.Add(fraction);
            _fractions.Add(fraction.Length);
            _wholes.Add(whole);
            _endsInZero |= fraction.EndsWith('0');
            _isTime |= kind.EndsWith("time", StringComparison.Ordinal) || (whole == 10 && text.StartsWith('1') && fraction.Length > 3 && kind == "number");
        }

        public string? Difference(Column real)
        {
            if (!_kinds.IsSubsetOf(real._kinds)) return $"{string.Join('/', _kinds)}, not {string.Join('/', real._kinds)}";
            if (_texts.Count == 0 || real._texts.Count == 0) return null;
            if (real._fractions.Max == 0 && _fractions.Max > 0) return "digits behind the point of a whole number";
            if (real._fractions.Max == 0 && real._wholes.Min >= ShortestTime && !_wholes.SetEquals(real._wholes)) return $"{string.Join('/', _wholes)} digits, not {string.Join('/', real._wholes)}";

            // Zeros at the end are kept where all fractions are equally long, and nowhere else.
            if (real._endsInZero && !_fractions.SetEquals(real._fractions)) return $"{string.Join('/', _fractions)} digits behind the point, not {string.Join('/', real._fractions)}";
            if (_endsInZero && (real._fractions.Count > 1 || !_fractions.SetEquals(real._fractions))) return $"zeros at the end, with {string.Join('/', _fractions)} digits behind the point, not {string.Join('/', real._fractions)}";
            if (_isTime && real._texts.Count >= Enough && _texts.Count >= Enough && _fractions.Max != real._fractions.Max) return $"times with up to {_fractions.Max} digits behind the point, not {real._fractions.Max}";
            return null;
        }
    }
}
