using System.Text.Json;
using K2.Contracts.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace K2.Api.Http;

/// <summary>An answer that says in one sentence what is wrong and how to mend it, as <c>application/problem+json</c>.</summary>
internal sealed class Problem(int status, string detail) : IResult
{
    private const string ContentType = "application/problem+json; charset=utf-8";

    public static Problem Busy { get; } = new(StatusCodes.Status503ServiceUnavailable, "Too many reads are under way: ask again in a moment.");

    public int Status => status;

    public string Detail => detail;

    public static Problem NoColdTier { get; } = new(StatusCodes.Status404NotFound, "This platform has no cold tier: K2:Cold:Enabled is off.");

    public static Problem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static Problem NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    /// <summary>Returns the answer for a status code that an endpoint set without a body.</summary>
    public static Problem OfStatus(HttpContext http) => new(http.Response.StatusCode, http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "Nothing is served at this path: see / for the list.",
        StatusCodes.Status405MethodNotAllowed => "This path is read with GET.",
        _ => ReasonPhrases.GetReasonPhrase(http.Response.StatusCode) + ".",
    });

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (status == StatusCodes.Status503ServiceUnavailable) response.Headers.RetryAfter = "1";
        var body = new ApiProblem { Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = detail };
        return response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Default.ApiProblem), httpContext.RequestAborted).AsTask();
    }
}
