namespace K2.Cli.Doctor;

/// <summary>How a check went.</summary>
internal enum Grade
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The platform works, but not in every way.</summary>
    Warn,

    /// <summary>The platform will not start so.</summary>
    Fail,
}
