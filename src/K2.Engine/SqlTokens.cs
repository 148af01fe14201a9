namespace K2.Engine;

/// <summary>
/// Cuts ClickHouse SQL into words, quoted texts and symbols, without comments. Works on bytes, since the data of an insert may follow its statement. What
/// is not closed reaches to the end: the engine then says what is wrong.
/// </summary>
internal ref struct SqlTokens(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at = 0;

    /// <summary>First byte of the current token.</summary>
    public int Start { get; private set; }

    /// <summary>First byte behind the current token.</summary>
    public readonly int End => _at;

    /// <summary>The current token's bytes.</summary>
    public readonly ReadOnlySpan<byte> Text => _text[Start.._at];

    /// <summary>True for a word: an unquoted name, keyword or number.</summary>
    public bool IsWord { get; private set; }

    /// <summary>Goes to the next token; false at the end.</summary>
    public bool Next()
    {
        SkipBlank();
        Start = _at;
        IsWord = false;
        if (_at >= _text.Length) return false;
        var first = _text[_at];
        if (IsWordByte(first))
        {
            IsWord = true;
            while (_at < _text.Length && IsWordByte(_text[_at])) _at++;
        }
        else if (first is (byte)'\'' or (byte)'"' or (byte)'`')
        {
            SkipQuoted(first);
        }
        else if (!(first == (byte)'$' && SkipHeredoc()))
        {
            _at++;
        }

        return true;
    }

    /// <summary>True if the current token is that keyword, in any case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> keyword) => IsWord && System.Text.Ascii.EqualsIgnoreCase(Text, keyword);

    /// <summary>True if the current token is that symbol.</summary>
    public readonly bool IsSymbol(char symbol) => !IsWord && _at - Start == 1 && _text[Start] == symbol;

    private static bool IsWordByte(byte value) => value is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or >= (byte)'0' and <= (byte)'9' or (byte)'_' or >= 0x80;

    private void SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] <= 0x20) _at++;
            else if (At("--") || At("#!") || At("# ")) SkipTo("\n");
            else if (At("/*")) SkipTo("*/");
            else return;
        }
    }

    private readonly bool At(string mark)
    {
        if (_text.Length - _at < mark.Length) return false;
        for (var i = 0; i < mark.Length; i++)
        {
            if (_text[_at + i] != mark[i]) return false;
        }

        return true;
    }

    private void SkipTo(string mark)
    {
        while (_at < _text.Length && !At(mark)) _at++;
        _at = Math.Min(_text.Length, _at + mark.Length);
    }

    private void SkipQuoted(byte quote)
    {
        // A doubled quote is seen as two texts side by side, which changes nothing here.
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == (byte)'\\') _at++;
            else if (_text[_at] == quote) break;
        }

        _at = Math.Min(_text.Length, _at + 1);
    }

    private bool SkipHeredoc()
    {
        var end = _at + 1;
        while (end < _text.Length && IsWordByte(_text[end])) end++;
        if (end >= _text.Length || _text[end] != (byte)'$') return false;
        var mark = _text[_at..(end + 1)];
        var close = _text[(end + 1)..].IndexOf(mark);
        _at = close < 0 ? _text.Length : end + 1 + close + mark.Length;
        return true;
    }
}
