namespace K2.Exchanges;

/// <summary>The codes of <see cref="RejectedFrame.Reason"/>. They are stored with dead letters: none is renamed or reused.</summary>
public static class RejectReasons
{
    /// <summary>The message is no JSON, or not one JSON object.</summary>
    public const string BrokenJson = "broken-json";

    /// <summary>The bytes are no UTF-8.</summary>
    public const string InvalidUtf8 = "invalid-utf8";

    /// <summary>The message is well formed but of no form that the exchange documents.</summary>
    public const string UnknownMessage = "unknown-message";

    /// <summary>A field is missing.</summary>
    public const string MissingField = "missing-field";

    /// <summary>A field occurs twice, so that its value is uncertain.</summary>
    public const string DuplicateField = "duplicate-field";

    /// <summary>A field is of another type than documented.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>The instruments file does not know the symbol.</summary>
    public const string UnknownSymbol = "unknown-symbol";

    /// <summary>A price is no decimal number.</summary>
    public const string PriceMalformed = "price-malformed";

    /// <summary>A price is zero or negative.</summary>
    public const string PriceNotPositive = "price-not-positive";

    /// <summary>A price has more digits behind the point than the instrument's scale.</summary>
    public const string PriceTooPrecise = "price-too-precise";

    /// <summary>A price does not fit into 64 bits at the instrument's scale.</summary>
    public const string PriceTooLarge = "price-too-large";

    /// <summary>A quantity is no decimal number.</summary>
    public const string QuantityMalformed = "quantity-malformed";

    /// <summary>A quantity is zero or negative.</summary>
    public const string QuantityNotPositive = "quantity-not-positive";

    /// <summary>A quantity has more digits behind the point than the instrument's scale.</summary>
    public const string QuantityTooPrecise = "quantity-too-precise";

    /// <summary>A quantity does not fit into 64 bits at the instrument's scale.</summary>
    public const string QuantityTooLarge = "quantity-too-large";

    /// <summary>A trade id is negative, or the ids of an aggregate are no range.</summary>
    public const string IdOutOfRange = "id-out-of-range";

    /// <summary>The exchange time lies before 2009 or more than a day after the received time.</summary>
    public const string TimeOutOfRange = "time-out-of-range";

    /// <summary>The taker's side is no side.</summary>
    public const string SideMalformed = "side-malformed";

    /// <summary>The REST API answered with words instead of data.</summary>
    public const string RestError = "rest-error";

    /// <summary>The REST API answered in words that it is asked too often or has no time now; the same question is asked again.</summary>
    public const string RestBusy = "rest-busy";

    /// <summary>The message is longer than <see cref="ConnectorOptions.MaxFrameBytes"/>.</summary>
    public const string FrameTooBig = "frame-too-big";
}
