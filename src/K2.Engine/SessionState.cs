namespace K2.Engine;

/// <summary>What a request changes on its session's connection for itself only: ClickHouse keeps SET and USE in a session, but not the settings of a request.</summary>
internal readonly record struct SessionState(string? Database, IReadOnlyList<KeyValuePair<string, string>>? Changed, IReadOnlyList<string>? Unchanged)
{
    /// <summary>Notes the database and the values of the settings.</summary>
    public static SessionState Of(EngineConnection connection, IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        var names = string.Join(", ", settings.Select(setting => EngineConnection.Literal(setting.Key)));
        var rows = connection.Text($"SELECT name, changed, hex(value) FROM system.settings WHERE name IN ({names})").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToList();
        return new SessionState(
            connection.Text("SELECT currentDatabase()"),
            [.. rows.Where(row => row[1] == "1").Select(row => new KeyValuePair<string, string>(row[0], System.Text.Encoding.UTF8.GetString(Convert.FromHexString(row[2]))))],
            [.. rows.Where(row => row[1] == "0").Select(row => row[0])]);
    }

    /// <summary>Takes the request's changes back; a request without a session takes its connection with it.</summary>
    public void Restore(EngineConnection connection)
    {
        if (Database is null) return;
        try
        {
            connection.Set(Changed!);
            foreach (var name in Unchanged!) connection.Query($"SET {name} = DEFAULT", "Null", null);
        }
        catch (EngineException)
        {
            // A setting that forbids to change settings, such as readonly by SET: the session keeps it, as in ClickHouse.
        }
    }
}
