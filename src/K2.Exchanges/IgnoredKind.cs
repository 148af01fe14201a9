namespace K2.Exchanges;

/// <summary>Why a well-formed message is of no concern.</summary>
public enum IgnoredKind
{
    /// <summary>The message is not ignored.</summary>
    None,

    /// <summary>It is of another kind of stream, for example a kline.</summary>
    OtherStream,

    /// <summary>It is an aggregate trade of an instrument whose single trades are taken, or the other way round.</summary>
    OtherTradeKind,
}
