namespace K2.Cli.Bench.Cold;

/// <summary>What goes wrong at a call of an <see cref="UnsteadyStore"/>.</summary>
internal enum UnsteadyFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The caller is told that it failed, or that the outcome is unknown.</summary>
    Fail,

    /// <summary>The caller sleeps.</summary>
    Sleep,

    /// <summary>The caller is killed.</summary>
    Kill,
}
