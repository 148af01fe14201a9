using System.Text;

namespace K2.Engine;

/// <summary>
/// The embedded engine has one user, "default", without a password. Other credentials are refused, so that nobody takes a password for a protection that is not
/// there.
/// </summary>
internal static class Credentials
{
    private const string OnlyUser = "default";

    /// <summary>Checks what a request says of its user, in the three ways of ClickHouse.</summary>
    /// <exception cref="EngineException">It is another user, has a password, or mixes the ways.</exception>
    public static void Check(HttpRequest request)
    {
        var (headerUser, headerKey) = (request.Headers["X-ClickHouse-User"].ToString(), request.Headers["X-ClickHouse-Key"].ToString());
        var (queryUser, queryKey) = (request.Query["user"].ToString(), request.Query["password"].ToString());
        var authorization = request.Headers.Authorization.ToString();
        var ways = (headerUser.Length + headerKey.Length > 0 ? 1 : 0) + (queryUser.Length + queryKey.Length > 0 ? 1 : 0) + (authorization.Length > 0 ? 1 : 0);
        if (ways > 1) throw EngineException.Of(516, "Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers, parameters and the Authorization HTTP header simultaneously", "AUTHENTICATION_FAILED");
        var (user, password) = authorization.Length > 0 ? Basic(authorization) : (headerUser + queryUser, headerKey + queryKey);
        if (user is not ("" or OnlyUser) || password.Length > 0) throw EngineException.Of(516, $"{user}: Authentication failed: password is incorrect, or there is no user with such name. The embedded engine has the user {OnlyUser} without a password", "AUTHENTICATION_FAILED");
    }

    private static (string User, string Password) Basic(string authorization)
    {
        const string Scheme = "Basic ";
        var bytes = new byte[authorization.Length];
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), bytes, out var length)) throw EngineException.Of(516, "Invalid authentication: only 'Basic' HTTP Authorization is taken", "AUTHENTICATION_FAILED");
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
    }
}
