namespace K2.Abstractions.Diagnostics;

/// <summary>Messages as one line, whatever they are made of.</summary>
public static class OneLine
{
    /// <summary>Returns a text's lines, trimmed and with a space between them.</summary>
    public static string Of(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
