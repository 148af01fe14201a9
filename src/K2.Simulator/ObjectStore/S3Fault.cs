namespace K2.Simulator.ObjectStore;

/// <summary>What the S3 stub does with one request.</summary>
public enum S3Fault
{
    /// <summary>What is asked.</summary>
    None = 0,

    /// <summary>Nothing, and it breaks the connection.</summary>
    RefuseBefore = 1,

    /// <summary>What is asked, and then it breaks the connection.</summary>
    LoseAnswer = 2,

    /// <summary>Nothing; it answers 412.</summary>
    PreconditionFailed = 3,

    /// <summary>Nothing; it answers 503 SlowDown.</summary>
    SlowDown = 4,

    /// <summary>What is asked, but it does not answer until the client gives up.</summary>
    Hang = 5,

    /// <summary>Nothing; it answers 403 AccessDenied, as to a key that lacks the permission.</summary>
    AccessDenied = 6,
}
