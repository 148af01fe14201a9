namespace K2.Cli.Doctor;

/// <summary>Asks other programs and the machine; a test answers in their place.</summary>
internal interface ITools
{
    /// <summary>Returns the first line that a program prints, or null when it is not there or fails.</summary>
    Task<string?> FirstLineAsync(string program, string argument, CancellationToken cancellationToken);

    /// <summary>Returns whether a loopback port can be listened on.</summary>
    bool IsPortFree(int port);

    /// <summary>Returns the free bytes of the disk that holds a path.</summary>
    long FreeBytes(string path);

    /// <summary>Returns whether a silo answers at the default address.</summary>
    Task<bool> SiloAnswersAsync(CancellationToken cancellationToken);
}
