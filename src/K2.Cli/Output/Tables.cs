using Spectre.Console;

namespace K2.Cli.Output;

/// <summary>Draws tables: with colours on a terminal, plain text of any width elsewhere.</summary>
internal static class Tables
{
    private const int PlainWidth = 1_000;

    public static Table Create(IEnumerable<(string Name, bool IsNumber)> columns)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        foreach (var (name, isNumber) in columns)
        {
            var column = new TableColumn(Markup.Escape(name)) { NoWrap = true };
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    public static void Write(Table table, Terminal terminal)
    {
        var interactive = terminal.IsInteractive;
        using var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(interactive ? terminal.Out : text),
        });
        if (!interactive) console.Profile.Width = PlainWidth;
        console.Write(table);

        // Spectre pads to the column's width and frames with blank lines: neither belongs into a file.
        foreach (var line in text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)) terminal.Out.Write(line + "\n");
    }
}
