using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace K2.Api.Http;

/// <summary>
/// Refuses requests whose Host header is not a name of this server. A web page of a stranger can point its own name at 127.0.0.1 (DNS rebinding)
/// and would then read the API in the visitor's browser; its name in the Host header gives it away.
/// Allowed are the loopback names, the hosts of the addresses listened on, for a wildcard address also every IP address (it cannot be rebound) and
/// the machine's name, and what the setting <c>K2:AllowedHosts</c> lists (separated by semicolons; <c>*</c> allows all).
/// </summary>
internal sealed class HostGuard(IServer server, IConfiguration configuration)
{
    // Not the framework's own AllowedHosts: that one would shut out the loopback names, which health checks use.
    private const string Setting = "K2:AllowedHosts";

    private readonly HashSet<string> _named = new(
        (configuration[Setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Bare), StringComparer.OrdinalIgnoreCase);

    private Listening? _listening;

    public Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (IsAllowed(http.Request.Host)) return next(http);
        return Problem.BadRequest(
            "The Host header names no address of this server: use a loopback name such as 127.0.0.1, or list the name in the setting K2__AllowedHosts.").ExecuteAsync(http);
    }

    internal bool IsAllowed(HostString host)
    {
        if (!host.HasValue) return false;
        var name = Bare(host.Host);
        if (name.Length == 0) return false;
        var address = IPAddress.TryParse(name, out var parsed) ? parsed : null;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (address is not null && IPAddress.IsLoopback(address))) return true;
        if (_named.Contains("*") || _named.Contains(name)) return true;

        // Addresses are known only once the server listens; requests come after that.
        var listening = _listening ??= Listening.Of(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        return listening.Hosts.Contains(name) || (listening.Wildcard && (address is not null || name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)));
    }

    private static string Bare(string host) => host.Length > 2 && host[0] == '[' && host[^1] == ']' ? host[1..^1] : host.TrimEnd('.');

    private sealed record Listening(HashSet<string> Hosts, bool Wildcard)
    {
        public static Listening Of(IEnumerable<string> addresses)
        {
            var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var wildcard = false;
            foreach (var address in addresses)
            {
                var host = Bare(BindingAddress.Parse(address).Host);
                if (host is "*" or "+" || (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))) wildcard = true;
                else hosts.Add(host);
            }

            return new Listening(hosts, wildcard);
        }
    }
}
