namespace K2.Exchanges.Wire;

/// <summary>Why a text is no price or quantity.</summary>
internal enum NumberError
{
    None,
    Malformed,
    NotPositive,
    TooPrecise,
    TooLarge,
}
