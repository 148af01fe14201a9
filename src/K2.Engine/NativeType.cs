using System.Globalization;

namespace K2.Engine;

/// <summary>
/// A ClickHouse type as far as its place in the Native format is concerned: where a column of it ends. The bytes themselves are passed on unread.
/// </summary>
internal sealed class NativeType
{
    private const int VariableSize = -1;
    private static readonly Dictionary<string, int> Fixed = new(StringComparer.Ordinal)
    {
        ["UInt8"] = 1,
        ["Int8"] = 1,
        ["Bool"] = 1,
        ["Enum8"] = 1,
        ["Nothing"] = 1,
        ["UInt16"] = 2,
        ["Int16"] = 2,
        ["Enum16"] = 2,
        ["Date"] = 2,
        ["BFloat16"] = 2,
        ["UInt32"] = 4,
        ["Int32"] = 4,
        ["Float32"] = 4,
        ["Date32"] = 4,
        ["DateTime"] = 4,
        ["Time"] = 4,
        ["IPv4"] = 4,
        ["UInt64"] = 8,
        ["Int64"] = 8,
        ["Float64"] = 8,
        ["DateTime64"] = 8,
        ["Time64"] = 8,
        ["UUID"] = 16,
        ["IPv6"] = 16,
        ["UInt128"] = 16,
        ["Int128"] = 16,
        ["UInt256"] = 32,
        ["Int256"] = 32,
        ["Point"] = 16,
        ["String"] = VariableSize,
    };

    private static readonly Dictionary<string, string> Shapes = new(StringComparer.Ordinal)
    {
        ["Ring"] = "Array(Point)",
        ["LineString"] = "Array(Point)",
        ["Polygon"] = "Array(Array(Point))",
        ["MultiLineString"] = "Array(Array(Point))",
        ["MultiPolygon"] = "Array(Array(Array(Point)))",
    };

    private readonly string _kind;
    private readonly int _size;
    private readonly NativeType[] _parts;

    private NativeType(string kind, int size, params NativeType[] parts)
    {
        (_kind, _size, _parts) = (kind, size, parts);
    }

    /// <summary>The type of that name.</summary>
    /// <exception cref="EngineException">Columns of this type cannot be delimited: aggregate states, Variant, Dynamic, JSON.</exception>
    public static NativeType Parse(string name)
    {
        if (Shapes.TryGetValue(name, out var shape)) return Parse(shape);
        if (name == "Tuple()") return new NativeType("Fixed", 1);
        var open = name.IndexOf('(', StringComparison.Ordinal);
        var kind = open < 0 ? name : name[..open];
        if (Fixed.TryGetValue(kind, out var size)) return new NativeType("Fixed", size);
        if (kind.StartsWith("Interval", StringComparison.Ordinal)) return new NativeType("Fixed", 8);
        var arguments = open < 0 ? [] : Split(name[(open + 1)..^1]);
        return (kind, arguments.Count) switch
        {
            ("FixedString", 1) => new NativeType("Fixed", int.Parse(arguments[0], CultureInfo.InvariantCulture)),
            ("Decimal", 2) => new NativeType("Fixed", int.Parse(arguments[0], CultureInfo.InvariantCulture) switch { <= 9 => 4, <= 18 => 8, <= 38 => 16, _ => 32 }),
            ("Nullable" or "Array" or "LowCardinality", 1) => new NativeType(kind, 0, Parse(arguments[0])),
            ("SimpleAggregateFunction", 2) => Parse(arguments[1]),
            ("Map", 2) => new NativeType("Array", 0, new NativeType("Tuple", 0, Parse(arguments[0]), Parse(arguments[1]))),
            ("Tuple", > 0) => new NativeType("Tuple", 0, [.. arguments.Select(argument => Parse(WithoutName(argument)))]),
            ("Nested", > 0) => new NativeType("Array", 0, new NativeType("Tuple", 0, [.. arguments.Select(argument => Parse(WithoutName(argument)))])),
            _ => throw EngineException.Of(48, $"the embedded engine cannot send a column of the type {name} to clients of this protocol version: convert it in the query, for example by toString()", "NOT_IMPLEMENTED"),
        };
    }

    /// <summary>Passes on a column with that many rows, more than none.</summary>
    public void Copy(NativeCopier copier, long rows)
    {
        CopyPrefix(copier);
        CopyRows(copier, rows);
    }

    private void CopyPrefix(NativeCopier copier)
    {
        if (_kind == "LowCardinality") copier.Bytes(8);
        else foreach (var part in _parts) part.CopyPrefix(copier);
    }

    private void CopyRows(NativeCopier copier, long rows)
    {
        switch (_kind)
        {
            case "Fixed" when _size != VariableSize:
                copier.Bytes(rows * _size);
                break;
            case "Fixed":
                for (var row = 0L; row < rows; row++) copier.Bytes(copier.VarUInt());
                break;
            case "Nullable":
                copier.Bytes(rows);
                _parts[0].CopyRows(copier, rows);
                break;
            case "Tuple":
                foreach (var part in _parts) part.CopyRows(copier, rows);
                break;
            case "Array":
                if (rows == 0) break;
                copier.Bytes((rows - 1) * 8);
                _parts[0].CopyRows(copier, copier.Int64());
                break;
            default:
                CopyDictionary(copier, rows);
                break;
        }
    }

    /// <summary>LowCardinality: flags with the width of the indexes, the keys without NULLs, the indexes.</summary>
    private void CopyDictionary(NativeCopier copier, long rows)
    {
        if (rows == 0) return;
        var width = 1L << (int)(copier.Int64() & 0xff);
        var key = _parts[0]._kind == "Nullable" ? _parts[0]._parts[0] : _parts[0];
        key.CopyRows(copier, copier.Int64());
        copier.Bytes(copier.Int64() * width);
    }

    private static string WithoutName(string element)
    {
        if (element[0] == '`') return element[(element.LastIndexOf("` ", StringComparison.Ordinal) + 2)..];
        var space = element.IndexOf(' ', StringComparison.Ordinal);
        var open = element.IndexOf('(', StringComparison.Ordinal);
        return space < 0 || (open >= 0 && open < space) ? element : element[(space + 1)..];
    }

    private static List<string> Split(string list)
    {
        var parts = new List<string>();
        var (depth, from) = (0, 0);
        for (var at = 0; at < list.Length; at++)
        {
            if (list[at] is '\'' or '`')
            {
                var quote = list[at];
                for (at++; at < list.Length && list[at] != quote; at++)
                {
                    if (list[at] == '\\') at++;
                }
            }
            else if (list[at] == '(') depth++;
            else if (list[at] == ')') depth--;
            else if (list[at] == ',' && depth == 0)
            {
                parts.Add(list[from..at].Trim());
                from = at + 1;
            }
        }

        parts.Add(list[from..].Trim());
        return parts;
    }
}
