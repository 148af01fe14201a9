using System.Text;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Http;

/// <summary>Rows as CSV: a header line, a comma between values, a line feed behind each row. No value holds a comma, quote or line break.</summary>
internal sealed class CsvResult<T>(IReadOnlyList<(string Name, Func<T, string> Text)> columns, IReadOnlyList<T> rows, string? next) : IResult
{
    private const int FlushAt = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8; header=present";
        PageHeaders.Set(response, next);
        var text = new StringBuilder().AppendJoin(',', columns.Select(column => column.Name)).Append('\n');
        foreach (var row in rows)
        {
            text.AppendJoin(',', columns.Select(column => column.Text(row))).Append('\n');
            if (text.Length < FlushAt) continue;
            await response.WriteAsync(text.ToString(), httpContext.RequestAborted);
            text.Clear();
        }

        await response.WriteAsync(text.ToString(), httpContext.RequestAborted);
    }
}
