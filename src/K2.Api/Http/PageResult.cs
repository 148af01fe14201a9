using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Http;

/// <summary>A page as JSON.</summary>
internal sealed class PageResult<T>(T page, JsonTypeInfo<T> type, string? next) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        PageHeaders.Set(response, next);
        return JsonSerializer.SerializeAsync(response.Body, page, type, httpContext.RequestAborted);
    }
}
