namespace K2.Exchanges;

/// <summary>Takes what a connector read.</summary>
public interface IConnectorSink
{
    /// <summary>
    /// Takes a batch. Called in order and never twice at a time. As long as it has not returned the socket is not read, so a slow sink slows
    /// the exchange's sending down instead of filling memory. If it throws, the connection is given up and made again (in a replay from the
    /// first frame): the batch counts as not taken.
    /// </summary>
    /// <param name="batch">The batch; it and its memory belong to the sink from now on.</param>
    /// <param name="cancellationToken">Cancelled when the worker's time to drain is over.</param>
    ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken);
}
