namespace K2.Cli.Rig;

/// <summary>What came of one request.</summary>
/// <param name="Began">When it began, a timestamp of the time provider.</param>
/// <param name="Took">Until the whole answer was there.</param>
/// <param name="Path">What was asked.</param>
/// <param name="Error">Empty, or why there is no answer.</param>
/// <param name="MayRepeat">Whether the error says that asking again is right: 503 with Retry-After, or no connection.</param>
internal readonly record struct ApiAnswer(long Began, TimeSpan Took, string Path, string Error, bool MayRepeat)
{
    public bool IsError => Error.Length > 0;
}
