using System.Text;
using CsCheck;
using K2.Engine;

namespace K2.Warehouse.Tests;

public sealed class SqlStatementTests
{
    private static readonly string[] Pieces = ["SELECT ", "INSERT INTO ", "FORMAT ", "VALUES", "CSV", ";", "(", ")", "'", "\"", "`", "\\", "$a$", "$", "/*", "*/", "--", "\n", "INTO OUTFILE ", "x", "é", "\0", "KILL QUERY WHERE query_id = "];

    [Theory]
    [InlineData("SELECT 1", null)]
    [InlineData("SELECT 1 FORMAT JSON", "JSON")]
    [InlineData("SELECT 1 SETTINGS max_threads = 1 FORMAT JSON;", "JSON")]
    [InlineData("SELECT table FROM system.parts GROUP BY table ORDER BY table FORMAT RowBinary", "RowBinary")]
    [InlineData("select 1 format json settings max_threads = 1", "json")]
    [InlineData("SELECT 'x FORMAT CSV'", null)]
    [InlineData("SELECT 1 -- FORMAT CSV", null)]
    [InlineData("SELECT 1 /* ; */ FORMAT Native /* end */", "Native")]
    [InlineData("SELECT * FROM (SELECT 1 FORMAT CSV)", null)]
    [InlineData("SELECT a AS format FROM t", null)]
    [InlineData("SELECT 1 FROM format t", null)]
    [InlineData("SELECT $x$ ; FORMAT CSV $x$ FORMAT TSV", "TSV")]
    [InlineData("SELECT `a\\`; FORMAT CSV`, \"b;\" FORMAT TSV", "TSV")]
    public void Read_Query_FindsItsFormat(string sql, string? format)
    {
        var statement = Read(sql);

        Assert.Equal(format, statement.Format);
        Assert.True(statement.ReturnsRows);
        Assert.False(statement.HasMore);
    }

    [Theory]
    [InlineData("INSERT INTO t FORMAT CSV\n1,2\n", "INSERT INTO t ", "CSV", "\n1,2\n")]
    [InlineData("INSERT INTO t (a, `format`) SETTINGS async_insert = 0 FORMAT Native \u0001;\u0002", "INSERT INTO t (a, `format`) SETTINGS async_insert = 0 ", "Native", " \u0001;\u0002")]
    [InlineData("insert into values values (1), ('; FORMAT CSV')", "insert into values ", "Values", " (1), ('; FORMAT CSV')")]
    [InlineData("INSERT INTO FUNCTION file('a', CSV) VALUES (1)", "INSERT INTO FUNCTION file('a', CSV) ", "Values", " (1)")]
    [InlineData("/* c */ INSERT INTO db.t -- FORMAT CSV\nFORMAT TSV 'open", "/* c */ INSERT INTO db.t -- FORMAT CSV\n", "TSV", " 'open")]
    public void Read_Insert_FindsWhereItsDataBegin(string text, string sql, string format, string data)
    {
        var statement = Read(text);

        Assert.True(statement.IsInsert);
        Assert.Equal((sql, format, data), (text[..statement.Length], statement.Format, text[statement.DataStart..]));
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", true)]
    [InlineData("SELECT 1;", false)]
    [InlineData("SELECT 1 ; -- end", false)]
    [InlineData("SELECT 1;;", false)]
    [InlineData("SELECT ';' FROM t WHERE a = `;`", false)]
    [InlineData("INSERT INTO t SELECT 1; DROP TABLE t", true)]
    public void Read_Semicolon_TellsWhetherMoreFollows(string sql, bool more) => Assert.Equal(more, Read(sql).HasMore);

    [Theory]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x'", true)]
    [InlineData("INSERT INTO t FROM INFILE '/tmp/x' FORMAT CSV", true)]
    [InlineData("INSERT INTO outfile VALUES (1)", false)]
    [InlineData("SELECT 'INTO OUTFILE'", false)]
    public void Read_ClientFile_IsSeen(string sql, bool names) => Assert.Equal(names, Read(sql).NamesClientFile);

    [Theory]
    [InlineData("", "", false)]
    [InlineData("  -- nothing", "", false)]
    [InlineData("((SELECT 1) UNION ALL (SELECT 2))", "SELECT", true)]
    [InlineData("WITH 1 AS x SELECT x", "WITH", true)]
    [InlineData("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "WITH", false)]
    [InlineData("SHOW TABLES", "SHOW", true)]
    [InlineData("DROP TABLE t", "DROP", false)]
    public void Read_Statement_TellsWhetherItOnlyReads(string sql, string keyword, bool reads)
    {
        var statement = Read(sql);

        Assert.Equal((keyword, reads), (statement.Keyword, statement.OnlyReads));
    }

    [Fact]
    public void KillByRequestId_ClientsStatement_FindsTheRequest()
    {
        Assert.Equal("KILL QUERY WHERE (query_id = 'a\\'b' OR Settings['log_comment'] = 'a\\'b') SYNC", SqlStatement.KillByRequestId("KILL QUERY WHERE query_id = 'a\\'b' SYNC"));
        Assert.Equal("KILL QUERY WHERE user = 'x'", SqlStatement.KillByRequestId("KILL QUERY WHERE user = 'x'"));
    }

    [Fact]
    public void Read_AnyText_StaysInsideOfIt() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 30].Sample(
            indexes =>
            {
                var parts = indexes.Select(index => Pieces[index]);
                var text = Encoding.UTF8.GetBytes(string.Concat(parts));
                var statement = SqlStatement.Read(text);
                Assert.InRange(statement.Length, 0, text.Length);
                Assert.InRange(statement.DataStart, -1, text.Length);
                Assert.InRange(statement.FormatStart, -1, statement.Length);
                SqlStatement.KillByRequestId(string.Concat(parts));
            },
            iter: 5_000);

    private static SqlStatement Read(string sql) => SqlStatement.Read(Encoding.UTF8.GetBytes(sql));
}
