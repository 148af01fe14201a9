using System.Text;

namespace K2.Engine;

/// <summary>
/// What the front has to know of a statement: what it does, where its text ends, where its FORMAT clause stands, and where the data of an insert begin.
/// </summary>
internal sealed record SqlStatement
{
    private static readonly HashSet<string> Rows = ["SELECT", "WITH", "FROM"];
    private static readonly HashSet<string> Reads = ["SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "SET", "USE", "CHECK"];

    /// <summary>The first keyword in capitals; empty without a statement.</summary>
    public string Keyword { get; private set; } = "";

    /// <summary>Bytes of the statement itself, without a closing semicolon and without the data of an insert.</summary>
    public int Length { get; private set; }

    /// <summary>Where the FORMAT clause begins, or -1.</summary>
    public int FormatStart { get; private set; } = -1;

    /// <summary>The format that the statement names; "Values" for an insert's VALUES.</summary>
    public string? Format { get; private set; }

    /// <summary>Where the data of an insert begin, or -1 if the statement takes none.</summary>
    public int DataStart { get; private set; } = -1;

    /// <summary>True for an insert, also behind WITH.</summary>
    public bool IsInsert { get; private set; }

    /// <summary>True if the statement would read or write a file at the client.</summary>
    public bool NamesClientFile { get; private set; }

    /// <summary>True if another statement follows.</summary>
    public bool HasMore { get; private set; }

    /// <summary>True for a query whose answer can be long.</summary>
    public bool ReturnsRows => !IsInsert && Rows.Contains(Keyword);

    /// <summary>True if the statement changes no data.</summary>
    public bool OnlyReads => !IsInsert && Reads.Contains(Keyword);

    /// <summary>Reads the shape of a statement; data may follow it.</summary>
    public static SqlStatement Read(ReadOnlySpan<byte> text)
    {
        var shape = new SqlStatement { Length = text.Length };
        var tokens = new SqlTokens(text);
        var (depth, before) = (0, "");
        var end = 0;
        while (tokens.Next())
        {
            if (tokens.IsSymbol('(') || tokens.IsSymbol('[') || tokens.IsSymbol('{')) depth++;
            else if (tokens.IsSymbol(')') || tokens.IsSymbol(']') || tokens.IsSymbol('}')) depth--;
            else if (shape.Keyword.Length == 0 && tokens.IsWord) shape.Begin(Encoding.UTF8.GetString(tokens.Text).ToUpperInvariant());
            else if (depth == 0 && !shape.ReadClause(ref tokens, before)) break;
            // What stands inside of brackets matters to no clause; it can be long.
            if (depth == 0) before = tokens.IsWord ? Encoding.UTF8.GetString(tokens.Text).ToUpperInvariant() : ((char)tokens.Text[0]).ToString();
            end = tokens.End;
        }

        if (shape.DataStart < 0 && !shape.HasMore) shape.Length = end;
        return shape;
    }

    /// <summary>
    /// A KILL QUERY by query id, as clients send it, in the engine's terms: ids of requests are kept in the setting log_comment, as the embedded engine
    /// chooses the ids of its queries itself.
    /// </summary>
    public static string KillByRequestId(string sql)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        var tokens = new SqlTokens(text);
        while (tokens.Next())
        {
            if (!tokens.Is("query_id"u8)) continue;
            var start = tokens.Start;
            if (!tokens.Next() || !tokens.IsSymbol('=') || !tokens.Next() || tokens.Text[0] != (byte)'\'') continue;
            var id = Encoding.UTF8.GetString(tokens.Text);
            return $"{Encoding.UTF8.GetString(text[..start])}(query_id = {id} OR Settings['{RequestNames.Comment}'] = {id}){Encoding.UTF8.GetString(text[tokens.End..])}";
        }

        return sql;
    }

    private void Begin(string keyword)
    {
        Keyword = keyword;
        IsInsert = keyword == "INSERT";
    }

    /// <summary>Reads a token outside of brackets; false if the statement ends here.</summary>
    private bool ReadClause(ref SqlTokens tokens, string before)
    {
        if (tokens.IsSymbol(';'))
        {
            Length = tokens.Start;
            while (tokens.Next()) HasMore |= !tokens.IsSymbol(';');
            return false;
        }

        NamesClientFile |= before == "FROM" && tokens.Is("INFILE"u8);
        if (!tokens.IsWord || before is "FROM" or "AS" or "," or "." or "JOIN") return true;

        // INSERT INTO TABLE format …; elsewhere what stands before may be a column of that name, as in system.parts.
        if (IsInsert && before is ("TABLE" or "FUNCTION")) return true;
        if (before == "INTO")
        {
            NamesClientFile |= !IsInsert && tokens.Is("OUTFILE"u8);
            return true;
        }

        if (Keyword == "WITH" && tokens.Is("INSERT"u8)) IsInsert = true;
        if (IsInsert && tokens.Is("VALUES"u8)) return Data(tokens.Start, tokens.End, "Values");
        if (!tokens.Is("FORMAT"u8)) return true;
        var look = tokens;
        if (!look.Next() || !look.IsWord) return true;
        var (start, format, after) = (tokens.Start, Encoding.UTF8.GetString(look.Text), look.End);
        if (IsInsert) return Data(start, after, format);
        if (look.Next() && !look.IsSymbol(';') && !look.Is("SETTINGS"u8) && !look.Is("INTO"u8)) return true;
        (FormatStart, Format) = (start, format);
        return true;
    }

    private bool Data(int clause, int start, string format)
    {
        (FormatStart, Format, Length, DataStart) = (clause, format, clause, start);
        return false;
    }
}
