namespace K2.Engine;

/// <summary>What a request changes on its session's connection for itself only: ClickHouse keeps SET and USE in a session, but not the settings of a request.</summary>
internal readonly record struct SessionState(string Database, string Undo)
{
    /// <summary>Notes the database and the values of the settings.</summary>
    public static SessionState Of(EngineConnection connection, IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        var names = settings.Select(setting => EngineConnection.Checked(setting.Key)).Where(name => !name.StartsWith("param_", StringComparison.Ordinal)).ToList();
        var values = connection.Text("SELECT " + string.Join(", ", names.Select(name => $"hex(toString(getSetting('{name}')))").Prepend("hex(currentDatabase())"))).Split('\t').Select(Text).ToList();
        return new SessionState(values[0], string.Join(", ", names.Select((name, index) => $"{name} = {EngineConnection.Literal(values[index + 1])}")));
    }

    /// <summary>Takes the request's changes back.</summary>
    public void Restore(EngineConnection connection, StatementRequest request)
    {
        try
        {
            if (Undo.Length > 0 && request.Statement.Keyword != "SET") connection.Query("SET " + Undo, "Null", null);
            if (request.Database is not null && request.Statement.Keyword != "USE") connection.Use(Database);
        }
        catch (EngineException)
        {
            // The session forbids to change settings, such as by readonly = 1, or its database is gone: the session keeps that, as in ClickHouse.
        }
    }

    private static string Text(string hex) => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex));
}
