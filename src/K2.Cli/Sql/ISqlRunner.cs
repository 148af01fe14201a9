namespace K2.Cli.Sql;

/// <summary>Sends SQL to ClickHouse.</summary>
internal interface ISqlRunner : IAsyncDisposable
{
    /// <summary>Runs one statement and copies its answer.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="defaultFormat">The format of the answer where the statement has no FORMAT clause.</param>
    /// <param name="output">Takes the answer's bytes, unchanged.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    /// <exception cref="CliException">ClickHouse refused it; the message is ClickHouse's.</exception>
    Task RunAsync(string sql, string defaultFormat, Stream output, CancellationToken cancellationToken);
}
