using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ClickHouse.Driver;
using K2.Abstractions;
using K2.Warehouse.Reading;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Migrations;

/// <summary>Applies the numbered migrations that a database lacks, in order, and records each with its checksum. Every statement may be repeated.</summary>
internal static class Migrator
{
    private const string LockName = "k2.schema_lock";

    /// <summary>Returns when the schema is at least this build's. Of several migrators on one server one works at a time; with nothing to do none locks.</summary>
    /// <exception cref="StartupException">A migration was applied in another form.</exception>
    public static async Task RunAsync(ClickHouseClient client, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        await ExecuteAsync(client, "CREATE DATABASE IF NOT EXISTS k2", cancellationToken);
        await ExecuteAsync(client, "CREATE TABLE IF NOT EXISTS k2.schema_migrations (name String, checksum String, applied_at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = ReplacingMergeTree ORDER BY name", cancellationToken);
        var scripts = Scripts().Select(script => (script.Name, script.Text, Checksum: Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script.Text))))).ToList();
        while (!await ApplyAsync(client, scripts, time, logger, cancellationToken))
        {
            // Another migrator took over: its work counts, and what it leaves is looked at again.
        }
    }

    private static async Task<bool> ApplyAsync(ClickHouseClient client, List<(string Name, string Text, string Checksum)> scripts, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        if (await MissingAsync(client, scripts, cancellationToken) is []) return true;
        var held = new SchemaLock(client, LockName, time, logger);
        await held.AcquireAsync(cancellationToken);
        try
        {
            foreach (var (name, text, checksum) in await MissingAsync(client, scripts, cancellationToken))
            {
                foreach (var statement in text.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    if (!await held.RenewAsync(cancellationToken)) return false;
                    await ExecuteAsync(client, statement, cancellationToken);
                }

                await ExecuteAsync(client, $"INSERT INTO k2.schema_migrations (name, checksum) VALUES ('{name}', '{checksum}')", cancellationToken);
            }

            return true;
        }
        finally
        {
            await held.ReleaseAsync();
        }
    }

    /// <summary>Returns the scripts that the database lacks. What it has beyond them is a newer build's and stays.</summary>
    private static async Task<List<(string Name, string Text, string Checksum)>> MissingAsync(ClickHouseClient client, List<(string Name, string Text, string Checksum)> scripts, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var rows = await RowReader.QueryAsync(client, "SELECT name, checksum FROM k2.schema_migrations FINAL", new Dictionary<string, string>(), cancellationToken))
        {
            while (rows.HasRow()) applied[rows.Text()] = rows.Text();
        }

        foreach (var (name, _, checksum) in scripts)
        {
            if (applied.TryGetValue(name, out var known) && known != checksum) throw new StartupException($"Migration {name} was applied in another form: this build and the data do not belong together.");
        }

        return scripts.FindAll(script => !applied.ContainsKey(script.Name));
    }

    private static Task<int> ExecuteAsync(ClickHouseClient client, string sql, CancellationToken cancellationToken) => client.ExecuteNonQueryAsync(sql, null, null, cancellationToken);

    private static IEnumerable<(string Name, string Text)> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource, reader.ReadToEnd() + "\n");
        }
    }
}
