using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Abstractions.Cold.Tables;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Cold;
using K2.Contracts.Http;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 snapshots</c>, <c>k2 export run</c>, <c>k2 maintenance run|audit</c> and <c>k2 restore</c>: the cold tables.</summary>
internal static class ColdCommands
{
    private static readonly string[] Restorable = [.. ColdTables.Restorable.Select(table => table.Name)];

    public static Command Snapshots(CliServices services, TargetOptions target)
    {
        var table = new Argument<string?>("TABLE") { Description = "for example silver_trades; without it the newest snapshot of each table", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "the most snapshots, 1 to 1000", DefaultValueFactory = _ => 20 };
        var format = new Option<string?>("--format") { Description = "table (default) or json", HelpName = "FORMAT" };
        var command = new Command("snapshots", "states of the cold tables that can be read by their number or time") { table, limit, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var wanted = result.GetValue(format);
            if (wanted is not (null or "table" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write table or json.");
            if (result.GetValue(limit) is < 1 or > 1000) throw CliException.Usage("--limit takes a whole number from 1 to 1000.");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var rows = new List<ColdSnapshotView>();
            if (result.GetValue(table) is { } name) rows.AddRange(await client.Cold.GetSnapshotsAsync(name, result.GetValue(limit), cancellationToken));
            else foreach (var known in await client.Cold.GetTablesAsync(cancellationToken)) rows.AddRange(await client.Cold.GetSnapshotsAsync(known.Table, 1, cancellationToken));
            if (wanted == "json") await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(new ColdSnapshotPage { Data = rows }, ApiJson.Default.ColdSnapshotPage));
            else Write(rows, services.Terminal);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Export(CliServices services, TargetOptions target)
    {
        var tables = TablesArgument();
        var run = new Command("run", "take over what the warehouse holds and the cold tables lack, now; exit code 1 if a table could not be brought up") { tables };
        run.SetAction((result, cancellationToken) => RunAsync(services, target, result, result.GetValue(tables) ?? [], new ColdJob { Work = ColdWork.Export }, cancellationToken));
        return new Command("export", "the export into the cold tables") { run };
    }

    public static Command Maintenance(CliServices services, TargetOptions target)
    {
        var tables = TablesArgument();
        var run = new Command("run", "join small files of closed days, let old snapshots go, delete what nothing refers to; done again it does nothing") { tables };
        run.SetAction((result, cancellationToken) => RunAsync(services, target, result, result.GetValue(tables) ?? [], new ColdJob { Work = ColdWork.Maintain }, cancellationToken));
        var since = new Option<string?>("--since") { Description = "first day to compare row by row (default: all that the warehouse holds)", HelpName = "DAY" };
        var auditedTables = TablesArgument();
        var audit = new Command("audit", "compare cold tables with the warehouse and with their own files; exit code 1 if anything differs") { auditedTables, since };
        audit.SetAction((result, cancellationToken) =>
            RunAsync(services, target, result, result.GetValue(auditedTables) ?? [], new ColdJob { Work = ColdWork.Audit, From = Day("--since", result.GetValue(since)) }, cancellationToken));
        return new Command("maintenance", "care for the cold tables") { run, audit };
    }

    public static Command Restore(CliServices services, TargetOptions target)
    {
        var tables = TablesArgument();
        var since = new Option<string>("--since") { Description = "first day", Required = true, HelpName = "DAY" };
        var until = new Option<string>("--until") { Description = "end of the days, exclusive", Required = true, HelpName = "DAY" };
        var command = new Command("restore", "load days from the cold tables into the warehouse, and take late trades that waited for them; rows that are there stay single") { tables, since, until };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (from, end) = (Day("--since", result.GetValue(since))!.Value, Day("--until", result.GetValue(until))!.Value);
            if (from >= end) throw CliException.Usage("--since lies at or behind --until: the days are [since, until).");
            var named = result.GetValue(tables) ?? [];
            var wrong = named.FirstOrDefault(name => !Restorable.Contains(name));
            if (wrong is not null) throw CliException.Usage($"'{wrong}' cannot be restored: write some of {string.Join(", ", Restorable)}.");
            var code = await RunAsync(services, target, result, named.Length > 0 ? named : Restorable, new ColdJob { Work = ColdWork.Restore, From = from, Until = end }, cancellationToken);
            if (code != ExitCode.Ok || (named.Length > 0 && !named.Contains(ColdTables.SilverTrades.Name))) return code;
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            return await DeadLetterCommands.ReplayAsync(
                client, services, await DeadLetterCommands.InstrumentsAsync(client, cancellationToken), from.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), end.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static Argument<string[]> TablesArgument() => new("TABLE") { Description = "for example silver_trades; without one all of them", Arity = ArgumentArity.ZeroOrMore };

    private static async Task<int> RunAsync(CliServices services, TargetOptions target, ParseResult result, string[] named, ColdJob job, CancellationToken cancellationToken)
    {
        await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
        var known = (await client.Cold.GetTablesAsync(cancellationToken)).Select(table => table.Table).ToList();
        var wrong = named.FirstOrDefault(name => !known.Contains(name));
        if (wrong is not null) throw CliException.Usage($"'{wrong}' is no cold table: known are {string.Join(", ", known)}.");
        var good = true;
        foreach (var table in named.Length > 0 ? named : [.. known])
        {
            var run = await client.Cold.RunAsync(table, job, cancellationToken);
            good &= run.IsGood;
            var seconds = ((run.Ended ?? run.Started) - run.Started).TotalSeconds;
            await services.Terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table}: {run.Outcome}{(run.Detail.Length > 0 ? ", " + run.Detail : "")} in {seconds:0.0} s"));
            foreach (var problem in run.Problems) await services.Terminal.Out.WriteLineAsync($"  {problem}");
        }

        return good ? ExitCode.Ok : ExitCode.Failed;
    }

    private static DateOnly? Day(string option, string? text) => text is null
        ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw CliException.Usage($"{option} '{text}' is no day: write for example 2026-03-01.");

    private static void Write(List<ColdSnapshotView> rows, Terminal terminal)
    {
        var shown = Tables.Create([("table", false), ("snapshot", false), ("committed", false), ("operation", false), ("rows", true), ("added", true), ("files", true)]);
        foreach (var row in rows)
        {
            shown.AddRow(
                row.Table, row.SnapshotId.ToString(CultureInfo.InvariantCulture), UtcTimeConverter.Format(row.CommittedAt), row.Operation, Number(row.Rows), Number(row.AddedRows), Number(row.Files));
        }

        Tables.Write(shown, terminal);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
