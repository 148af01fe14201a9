namespace K2.Engine;

/// <summary>Data that come with a query and are a temporary table to it.</summary>
internal sealed record ExternalTable(string Name, string Structure, string Format, ReadOnlyMemory<byte> Data)
{
    /// <summary>Reads what a multipart body's part is by the request's parameters NAME_structure, NAME_types and NAME_format.</summary>
    /// <exception cref="EngineException">Its structure is not told.</exception>
    public static ExternalTable From(string name, ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string> parameters)
    {
        var structure = parameters.GetValueOrDefault(name + "_structure");
        if (structure is null && parameters.GetValueOrDefault(name + "_types") is { Length: > 0 } types) structure = string.Join(", ", types.Split(',').Select((type, index) => $"_{index + 1} {type.Trim()}"));
        if (string.IsNullOrWhiteSpace(structure)) throw EngineException.Of(36, $"Neither structure nor types have not been provided for external table {name}. Use fields {name}_structure or {name}_types to do so", "BAD_ARGUMENTS");
        return new ExternalTable(name, structure, parameters.GetValueOrDefault(name + "_format") is { Length: > 0 } format ? format : "TabSeparated", data);
    }

    /// <summary>Makes the table on the connection of its query.</summary>
    public void Create(EngineConnection connection)
    {
        connection.Query($"CREATE TEMPORARY TABLE {EngineConnection.Name(Name)} ({Structure})", "Null", null);
        using var insert = connection.Insert($"INSERT INTO {EngineConnection.Name(Name)}", Format);
        insert.Append(Data.Span);
        insert.Complete();
    }
}
