namespace K2.Warehouse;

/// <summary>Sends requests until it is told that nobody waits for answers any more; from then on each fails at once. Those under way are the client's to cancel.</summary>
internal sealed class AbandonableHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private volatile bool _isAbandoned;

    public void Abandon() => _isAbandoned = true;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _isAbandoned ? throw new HttpRequestException("the process ends and waits for ClickHouse no longer") : base.SendAsync(request, cancellationToken);
}
