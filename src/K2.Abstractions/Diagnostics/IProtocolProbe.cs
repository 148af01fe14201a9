namespace K2.Abstractions.Diagnostics;

/// <summary>Is told which step of the exactly-once path is entered. The default does nothing; a crash test records steps and may hold one.</summary>
public interface IProtocolProbe
{
    /// <summary>A step begins on this thread. Blocks only in a crash test that holds the step.</summary>
    void Enter(ProtocolStep step);
}
