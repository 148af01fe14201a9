namespace K2.Abstractions.Diagnostics;

/// <summary>What <see cref="PipelineCounters"/> counts.</summary>
public enum PipelineStage
{
    /// <summary>Frames read from sockets.</summary>
    Frames,

    /// <summary>Frames that carried trades.</summary>
    TradeFrames,

    /// <summary>Trades in those frames.</summary>
    Parsed,

    /// <summary>Frames, or trades in frames, sent to the dead letters by a parser.</summary>
    Rejected,

    /// <summary>Trades durable in the log.</summary>
    Appended,

    /// <summary>Trades that reached their symbol's grain for the first time.</summary>
    Delivered,

    /// <summary>Delivered trades whose effect (also: none, as a repeat) is durable in the warehouse.</summary>
    Applied,

    /// <summary>Applied trades that were new.</summary>
    New,

    /// <summary>Applied trades that were repeats of a known id with the same content.</summary>
    Duplicates,

    /// <summary>Applied trades that were refused: a known id with other content.</summary>
    Conflicts,

    /// <summary>Trades that came after their candle had closed.</summary>
    Late,

    /// <summary>Candle rows written.</summary>
    CandleRows,

    /// <summary>Raw frames durable in the warehouse.</summary>
    RawFrames,

    /// <summary>Flushes of the warehouse writer.</summary>
    Flushes,

    /// <summary>Connections made to exchanges.</summary>
    Connects,

    /// <summary>Rewinds that a grain asked of its stream.</summary>
    Rewinds,
}
