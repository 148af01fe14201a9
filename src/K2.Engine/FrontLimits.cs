namespace K2.Engine;

/// <summary>What the front takes of one request and of all of them together. What is beyond is refused with an error that names the limit.</summary>
internal static class FrontLimits
{
    /// <summary>Longest request line in bytes, as a ClickHouse server has it.</summary>
    public const int UrlBytes = 1 << 20;

    /// <summary>Longest statement in bytes, without the data of an insert.</summary>
    public const int StatementBytes = 16 << 20;

    /// <summary>Data of an insert that are collected before it begins: so many bytes are inserted wholly or, if the client goes away, not at all.</summary>
    public const int CollectedBytes = 32 << 20;

    /// <summary>What all requests together collect, in bytes; beyond it, inserts begin with what they have.</summary>
    public const long CollectedBytesOfAll = 256L << 20;

    /// <summary>Most data of one request in bytes, unpacked.</summary>
    public const long DataBytes = 8L << 30;

    /// <summary>Most bytes of a multipart body: parameters and external tables.</summary>
    public const long MultipartBytes = 64L << 20;

    /// <summary>Most parts of a multipart body.</summary>
    public const int Parts = 1000;

    /// <summary>An answer up to so many bytes is held until it is complete, so that an error gets its own status. ClickHouse's size.</summary>
    public const int HeldAnswerBytes = 1 << 20;

    /// <summary>Longest answer to wait_end_of_query in bytes; it waits in a temporary file.</summary>
    public const long WaitingAnswerBytes = 4L << 30;

    /// <summary>Statements of clients that run at the same time.</summary>
    public const int RunningQueries = 8;

    /// <summary>Statements of clients that wait for one of those places.</summary>
    public const int WaitingQueries = 64;

    /// <summary>Sessions that are kept.</summary>
    public const int Sessions = 256;

    /// <summary>Longest query or session id, in characters.</summary>
    public const int IdLength = 256;

    /// <summary>Most connections to the front.</summary>
    public const int Connections = 256;
}
