namespace K2.Cli.Bench;

/// <summary>Whom the harness kills.</summary>
internal enum KillTarget
{
    /// <summary>The silo; its engine dies with it.</summary>
    Silo,

    /// <summary>The engine's child process; the silo goes on.</summary>
    Engine,
}
