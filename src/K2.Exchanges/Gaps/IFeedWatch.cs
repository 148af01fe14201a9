using K2.Domain.Instruments;

namespace K2.Exchanges.Gaps;

/// <summary>Is told what a connection may have missed. Called by the receive loop: it returns at once.</summary>
internal interface IFeedWatch
{
    /// <summary>Instruments are confirmed on a connection: whatever was traded before has to be asked for.</summary>
    void Confirmed(string connectionId, IReadOnlyList<Instrument> instruments);

    /// <summary>Messages of a connection are missing; nobody can say of which instruments.</summary>
    void MessagesMissing(string connectionId);
}
