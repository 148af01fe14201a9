namespace K2.Simulator.Exchanges;

/// <summary>Does to an exchange and its clients what faults are.</summary>
internal sealed class FaultMaker(ExchangeState state)
{
    /// <summary>Lets a fault happen. The caller holds the lock.</summary>
    public void Happen(ScriptedFault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.CutConnections or FaultKind.NetworkDown:
                foreach (var connection in state.Connections) connection.Cut();
                break;
            case FaultKind.CutMidFrame:
                var trades = state.Market.Latest(state.Options.Instruments[0].Native, 1);
                foreach (var connection in state.Connections) connection.CutIn(state.Protocol.Messages(connection, trades).FirstOrDefault() ?? "{\"channel\":\"status\"}"u8.ToArray());
                break;
            case FaultKind.SilentSocket:
                foreach (var connection in state.Connections) connection.FallSilent();
                break;
            case FaultKind.DailyClose:
                foreach (var connection in state.Connections) connection.Close();
                break;
            case FaultKind.ServerShutdown:
                foreach (var connection in state.Connections)
                {
                    if (state.Protocol.Shutdown() is { } words) connection.Send(words);
                    connection.Close();
                }

                break;
            case FaultKind.ClockSkew:
                state.Market.Skew(fault.Amount);
                break;
            case FaultKind.IdRestart:
                state.Market.RestartIds(fault.Amount);
                break;
        }

        state.Faults.Begin(fault);
    }
}
