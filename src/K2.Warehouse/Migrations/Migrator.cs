using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ClickHouse.Driver;
using K2.Abstractions;
using K2.Warehouse.Reading;

namespace K2.Warehouse.Migrations;

/// <summary>Applies the numbered migrations that a database lacks, in order, and records each with its checksum. Every statement may be repeated.</summary>
internal static class Migrator
{
    public static async Task RunAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        await client.ExecuteNonQueryAsync("CREATE DATABASE IF NOT EXISTS k2", null, null, cancellationToken);
        await client.ExecuteNonQueryAsync("CREATE TABLE IF NOT EXISTS k2.schema_migrations (name String, checksum String, applied_at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = ReplacingMergeTree ORDER BY name", null, null, cancellationToken);
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var rows = await RowReader.QueryAsync(client, "SELECT name, checksum FROM k2.schema_migrations FINAL", new Dictionary<string, string>(), cancellationToken))
        {
            while (rows.HasRow()) applied[rows.Text()] = rows.Text();
        }

        foreach (var (name, text) in Scripts())
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            if (applied.TryGetValue(name, out var known))
            {
                if (known != checksum) throw new StartupException($"Migration {name} was applied in another form: this build and the data do not belong together.");
                continue;
            }

            foreach (var statement in text.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                await client.ExecuteNonQueryAsync(statement, null, null, cancellationToken);
            }

            await client.ExecuteNonQueryAsync($"INSERT INTO k2.schema_migrations (name, checksum) VALUES ('{name}', '{checksum}')", null, null, cancellationToken);
        }
    }

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
