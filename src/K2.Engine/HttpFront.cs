using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace K2.Engine;

/// <summary>The part of ClickHouse's HTTP protocol that its clients use, in front of the embedded engine.</summary>
internal sealed class HttpFront(EmbeddedServer server, StatementRunner runner)
{
    private const string NoHandler = "\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n\nSend queries from your program with POST method or GET /?query=...\n\nThe pages /play and /dashboard of a ClickHouse server are not part of the embedded engine.\n";
    private static readonly HashSet<int> Unknown = [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511];
    private static readonly HashSet<int> Bad = [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676];
    private readonly CollectBudget _budget = new();

    public void Map(WebApplication app)
    {
        app.Use(RejectForeignPagesAsync);
        app.MapMethods("/ping", ["GET", "HEAD"], () => "Ok.\n");
        app.MapMethods("/replicas_status", ["GET", "HEAD"], () => "Ok.\n");
        app.MapMethods("/", ["GET", "POST", "HEAD"], HandleAsync);
        app.MapMethods("/query", ["GET", "POST", "HEAD"], HandleAsync);
        app.MapFallback(RefuseAsync);
    }

    /// <summary>
    /// A page of another site must not drive the engine through the user's browser: names and origins other than loopback are refused, and so is what a
    /// browser marks as coming from another site, such as a picture's address.
    /// </summary>
    private static Task RejectForeignPagesAsync(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        var isForeignPage = origin.Length == 0 ? context.Request.Headers["Sec-Fetch-Site"] == "cross-site" : !Uri.TryCreate(origin, UriKind.Absolute, out var from) || !IsLoopback(from.Host);
        var isForeign = isForeignPage || !IsLoopback(context.Request.Host.Host);
        return isForeign ? AnswerErrorAsync(context, EngineException.Of(516, "only this machine may ask", "AUTHENTICATION_FAILED"), compress: false) : next(context);
    }

    private static bool IsLoopback(string host) => host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = HttpMethods.IsOptions(context.Request.Method) ? StatusCodes.Status204NoContent : context.Request.Path.Value is "/" or "/query" ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        context.Response.Headers.Allow = "GET, HEAD, POST, OPTIONS";
        if (context.Response.StatusCode == StatusCodes.Status204NoContent) return Task.CompletedTask;
        context.Response.ContentType = "text/plain; charset=UTF-8";
        return context.Response.WriteAsync($"There is no handle {context.Request.Method} {context.Request.Path.Value}{NoHandler}");
    }

    private async Task HandleAsync(HttpContext context)
    {
        // The engine's calls, and so the copies of its answers, are synchronous; they have threads of their own.
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        try
        {
            Credentials.Check(context.Request);
            if (!HttpMethods.IsPost(context.Request.Method) && context.Request.Query.Count == 0)
            {
                await context.Response.WriteAsync("Ok.\n", context.RequestAborted);
                return;
            }

            await using var request = await StatementRequest.ReadAsync(context.Request, _budget, context.RequestAborted);
            AnswerWriter.Describe(context, request, server.TimeZone);
            if (request.Statement.Keyword.Length == 0) throw EngineException.Of(62, "Syntax error: Empty query", "SYNTAX_ERROR");
            await runner.RunAsync(context, request);
        }
        catch (EngineException refused)
        {
            if (!context.Response.HasStarted) await AnswerErrorAsync(context, refused, context.Request.Query["compress"].ToString() is "1" or "true");
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: nobody is left to tell.
        }
    }

    private static async Task AnswerErrorAsync(HttpContext context, EngineException refused, bool compress)
    {
        var response = context.Response;
        response.StatusCode = StatusOf(refused.Code);
        response.Headers.Remove("X-ClickHouse-Format");
        response.Headers["X-ClickHouse-Exception-Code"] = refused.Code.ToString(CultureInfo.InvariantCulture);
        response.ContentType = "text/plain; charset=UTF-8";
        ReadOnlyMemory<byte> text = Encoding.UTF8.GetBytes(refused.Message.TrimEnd() + "\n");
        if (compress && response.StatusCode != StatusCodes.Status403Forbidden) text = CompressedBlocks.Pack(text.Span);
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>The status that a ClickHouse server gives to an error code.</summary>
    private static int StatusOf(int code) => code switch
    {
        192 or 193 or 497 or 512 or 516 => StatusCodes.Status403Forbidden,
        194 => StatusCodes.Status401Unauthorized,
        229 => StatusCodes.Status413PayloadTooLarge,
        48 => StatusCodes.Status501NotImplemented,
        76 or 209 or 439 => StatusCodes.Status503ServiceUnavailable,
        159 => StatusCodes.Status408RequestTimeout,
        381 => StatusCodes.Status411LengthRequired,
        _ when Bad.Contains(code) => StatusCodes.Status400BadRequest,
        _ when Unknown.Contains(code) => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status500InternalServerError,
    };
}
