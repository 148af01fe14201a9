using K2.Abstractions;
using K2.Abstractions.Cold;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K2.Api.Http;

/// <summary>Turns what an endpoint throws into an answer: what may pass is a 503, a mistake of the request a 400, a state that is not there a 404, a broken promise a 500 without its details.</summary>
internal sealed partial class FailureHandler(ILogger<FailureHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested) return true;

        var problem = exception switch
        {
            BadHttpRequestException bad => new Problem(bad.StatusCode, bad.Message),
            UnknownSnapshotException unknown => Problem.NotFound(unknown.Message),
            K2Exception { IsTransient: true } wait => new Problem(StatusCodes.Status503ServiceUnavailable, wait.Message),
            K2Exception broken => new Problem(StatusCodes.Status500InternalServerError, broken.Message),
            TimeoutException or OrleansException or HttpRequestException or OperationCanceledException =>
                new Problem(StatusCodes.Status503ServiceUnavailable, "A part of the platform does not answer: see /health and ask again."),
            _ => new Problem(StatusCodes.Status500InternalServerError, "The platform failed to answer: its log has the reason."),
        };
        if (problem.Status >= StatusCodes.Status500InternalServerError) LogFailure(exception, httpContext.Request.Path);
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "The request {Path} failed")]
    private partial void LogFailure(Exception exception, string path);
}
