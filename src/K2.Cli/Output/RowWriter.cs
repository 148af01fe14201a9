using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace K2.Cli.Output;

/// <summary>Writes rows in one of the formats. CSV and JSON go out as rows arrive; a table is drawn when its widths are known.</summary>
/// <param name="columns">All columns, for CSV.</param>
/// <param name="shown">The columns of the table, and whether they are numbers.</param>
/// <param name="type">How a row becomes JSON.</param>
internal sealed class RowWriter<T>(IReadOnlyList<(string Name, Func<T, string> Text)> columns, IReadOnlyList<(string Name, bool IsNumber)> shown, JsonTypeInfo<T> type)
{
    private const int MaxTableRows = 10_000;
    private const int FlushEvery = 1_000;

    public async Task WriteAsync(IAsyncEnumerable<T> rows, RowFormat format, Terminal terminal, CancellationToken cancellationToken)
    {
        switch (format)
        {
            case RowFormat.Csv:
                await WriteCsvAsync(rows, terminal.Out, cancellationToken);
                break;
            case RowFormat.Json:
                await WriteJsonAsync(rows, terminal.Out, cancellationToken);
                break;
            default:
                await WriteTableAsync(rows, terminal, cancellationToken);
                break;
        }
    }

    private async Task WriteCsvAsync(IAsyncEnumerable<T> rows, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(string.Join(',', columns.Select(column => column.Name)) + "\n");
        var count = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await output.WriteAsync(string.Join(',', columns.Select(column => column.Text(row))) + "\n");
            if (++count % FlushEvery == 0) await output.FlushAsync(cancellationToken);
        }
    }

    private async Task WriteJsonAsync(IAsyncEnumerable<T> rows, TextWriter output, CancellationToken cancellationToken)
    {
        var between = "[\n";
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await output.WriteAsync(between + JsonSerializer.Serialize(row, type));
            between = ",\n";
        }

        await output.WriteAsync(between == "[\n" ? "[]\n" : "\n]\n");
    }

    private async Task WriteTableAsync(IAsyncEnumerable<T> rows, Terminal terminal, CancellationToken cancellationToken)
    {
        var texts = shown.Select(show => columns.First(column => column.Name == show.Name).Text).ToList();
        var table = Tables.Create(shown.Select(show => (show.Name, show.IsNumber)));
        var more = false;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (table.Rows.Count == MaxTableRows)
            {
                more = true;
                break;
            }

            table.AddRow(texts.Select(text => Markup.Escape(text(row))).ToArray());
        }

        if (table.Rows.Count == 0)
        {
            await terminal.Error.WriteLineAsync("k2: no rows");
            return;
        }

        Tables.Write(table, terminal);
        if (more) await terminal.Error.WriteLineAsync($"k2: a table holds at most {MaxTableRows} rows: use --format csv for more");
    }
}
