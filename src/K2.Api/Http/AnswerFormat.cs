namespace K2.Api.Http;

/// <summary>How rows are answered.</summary>
internal enum AnswerFormat
{
    /// <summary>JSON, see <see cref="K2.Contracts.Http.ApiJson"/>.</summary>
    Json,

    /// <summary>Comma-separated values with a header line.</summary>
    Csv,
}
