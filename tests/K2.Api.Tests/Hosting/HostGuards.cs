using K2.Api.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;

namespace K2.Api.Tests.Hosting;

/// <summary>Makes guards of servers that seem to listen on addresses.</summary>
internal static class HostGuards
{
    public static HostGuard Of(params string[] addresses) => new(new Server(addresses), new ConfigurationBuilder().Build());

    private sealed class Server : IServer
    {
        public Server(string[] addresses)
        {
            var feature = new Addresses();
            foreach (var address in addresses) feature.List.Add(address);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Addresses : IServerAddressesFeature
    {
        public List<string> List { get; } = [];

        public bool PreferHostingUrls { get; set; }

        ICollection<string> IServerAddressesFeature.Addresses => List;
    }
}
