using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace K2.Engine;

/// <summary>
/// One connection of the embedded engine: it runs one statement at a time and has settings, parameters, a database and temporary tables of its own, which
/// go away with it.
/// </summary>
internal sealed partial class EngineConnection(ChdbLibrary library, nint handle) : IDisposable
{
    /// <summary>Runs a statement; see <see cref="ChdbLibrary.Query"/>.</summary>
    public QueryStatistics Query(string sql, string format, Action<Stream>? consume) => library.Query(handle, sql, format, consume);

    /// <summary>A statement's answer as text, tab-separated.</summary>
    public string Text(string sql)
    {
        var text = "";
        Query(sql, "TabSeparatedRaw", answer => text = new StreamReader(answer, Encoding.UTF8).ReadToEnd());
        return text.TrimEnd('\n');
    }

    /// <summary>Chooses the database of the statements that follow.</summary>
    /// <exception cref="EngineException">There is no such database.</exception>
    public void Use(string database) => Query($"USE {Name(database)}", "Null", null);

    /// <summary>Sets settings, and parameters by the names param_x, for the statements that follow.</summary>
    /// <exception cref="EngineException">There is no such setting, or it does not take this value.</exception>
    public void Set(IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        if (settings.Count == 0) return;
        Query("SET " + string.Join(", ", settings.Select(setting => string.Create(CultureInfo.InvariantCulture, $"{Checked(setting.Key)} = {Literal(setting.Value)}"))), "Null", null);
    }

    /// <summary>Begins an insert whose data follow.</summary>
    public EngineInsert Insert(string sql, string format) => new(library, library.BeginInsert(handle, sql, format));

    public void Dispose() => library.Close(handle);

    /// <summary>The name of a setting, which SQL does not quote.</summary>
    /// <exception cref="EngineException">No setting can have this name.</exception>
    public static string Checked(string name) => SettingName().IsMatch(name) ? name : throw EngineException.Of(115, $"Unknown setting '{name}'", "UNKNOWN_SETTING");

    /// <summary>A name as SQL quotes it.</summary>
    public static string Name(string name) => $"`{Escaped(name).Replace("`", "\\`", StringComparison.Ordinal)}`";

    /// <summary>A text as SQL quotes it.</summary>
    public static string Literal(string value) => $"'{Escaped(value).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex SettingName();
}
