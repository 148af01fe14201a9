using System.Text;

namespace K2.Cli.Bench.Fuzz;

/// <summary>
/// Makes damaged messages of good ones. A seed fixes the whole sequence. Works on bytes, so that text that is no UTF-8 and JSON that is cut
/// anywhere come up too.
/// </summary>
internal sealed class FrameMutator(int seed, IReadOnlyList<string> examples)
{
    private const int MaxLength = 8192;
    private const int MaxPiece = 512;
    private const int MaxMutations = 4;
    private const int UntouchedOneIn = 16;

    private static readonly byte[][] Numbers = Bytes(
        "0", "-1", "-0", "1E2", "5e-05", "1e400", "1e-400", "1e99999999999", "0.1e+1", "00", "1.", ".5", "+1", "0.000000000001", "92233720368.54775807", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999999999999999999999999999", "99999999999.9999999999", "999999999999", "253402300799999", "1762795433.9717445123", "NaN", "1e");

    private static readonly byte[][] Values = Bytes(
        "null", "true", "false", "{}", "[]", "\"\"", "\"\\ud800\"", "\"\\u0041\"", "{\"\\ud800\":1}", "{\"\\ud800\":1,\"a\":2}", "{\"\\u0065\":1}", "\"BTC\\/USD\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{}}}}", "\"2023-02-30T25:61:61Z\"",
        "\"9999-12-31T23:59:59.999999999Z\"", "\"trade\"", "\"update\"", "\"error\"", "\"subscribe\"");

    private static readonly byte[][] Broken = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x00], [0x1F], [0x7F], "\\"u8.ToArray(), "\""u8.ToArray(), "\r\n"u8.ToArray()];

    private readonly Random _random = new(seed);
    private readonly byte[][] _examples = Bytes([.. examples]);
    private readonly byte[] _buffer = new byte[MaxLength];
    private readonly byte[] _piece = new byte[MaxPiece];
    private int _length;

    /// <summary>Returns the next message; it holds until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var example = _examples[_random.Next(_examples.Length)];
        example.CopyTo(_buffer, 0);
        _length = example.Length;
        if (_random.Next(UntouchedOneIn) == 0) return _buffer.AsSpan(0, _length);

        for (var left = _random.Next(2) == 0 ? 1 : _random.Next(2, MaxMutations + 1); left > 0 && _length > 0; left--) Mutate();
        return _buffer.AsSpan(0, _length);
    }

    private void Mutate()
    {
        var at = _random.Next(_length);
        switch (_random.Next(18))
        {
            case 0: _buffer[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1: _buffer[at] = (byte)_random.Next(256); break;
            case 2: _length = at; break;
            case 3: Replace(at, _random.Next(_length - at) + 1, default); break;
            case 4: Copy(at, Math.Min(_random.Next(64) + 1, _length - at), _random.Next(_length)); break;
            case 5: Splice(at); break;
            case 6: RepeatField(at); break;
            case 7: SwapFields(at); break;
            case >= 8 and <= 12: EditNumber(at); break;
            case >= 13 and <= 16: EditValue(at); break;
            default: Replace(at, 0, Broken[_random.Next(Broken.Length)]); break;
        }
    }

    private void Splice(int at)
    {
        var other = _examples[_random.Next(_examples.Length)];
        Replace(at, _length - at, other.AsSpan(_random.Next(other.Length)));
    }

    private void RepeatField(int at)
    {
        var (start, end) = Field(at);
        Copy(start, end - start, start);
    }

    // Two neighbours change places: the field to the left of a comma goes behind the one to its right.
    private void SwapFields(int at)
    {
        var (start, end) = Field(at);
        var count = Math.Min(end - start, MaxPiece);
        _buffer.AsSpan(start, count).CopyTo(_piece);
        Replace(start, count, default);
        if (_length == 0) return;
        var (_, target) = Field(Math.Min(start, _length - 1));
        Replace(target, 0, _piece.AsSpan(0, count));
    }

    private void EditNumber(int at)
    {
        var start = at;
        while (start < _length && !char.IsAsciiDigit((char)_buffer[start])) start++;
        if (start == _length) return;
        while (start > 0 && IsOfNumber(_buffer[start - 1])) start--;
        var end = start;
        while (end < _length && IsOfNumber(_buffer[end])) end++;
        Replace(start, end - start, Numbers[_random.Next(Numbers.Length)]);
    }

    private void EditValue(int at)
    {
        var colon = _buffer.AsSpan(at, _length - at).IndexOf((byte)':');
        if (colon < 0) return;
        var start = at + colon + 1;
        var rest = _buffer.AsSpan(start, _length - start).IndexOfAny(",}]"u8);
        Replace(start, rest < 0 ? _length - start : rest, Values[_random.Next(Values.Length)]);
    }

    /// <summary>The bytes from behind the comma or bracket at or before a place up to and including the comma or up to the bracket behind it.</summary>
    private (int Start, int End) Field(int at)
    {
        var start = _buffer.AsSpan(0, at).LastIndexOfAny(",{["u8) + 1;
        var length = _buffer.AsSpan(start, _length - start).IndexOfAny(",}]"u8);
        if (length < 0) return (start, _length);
        return (start, start + length + (_buffer[start + length] == ',' ? 1 : 0));
    }

    private void Copy(int from, int count, int to)
    {
        count = Math.Min(count, MaxPiece);
        _buffer.AsSpan(from, count).CopyTo(_piece);
        Replace(to, 0, _piece.AsSpan(0, count));
    }

    private void Replace(int start, int count, ReadOnlySpan<byte> with)
    {
        var length = _length - count + with.Length;
        if (length > MaxLength) return;
        _buffer.AsSpan(start + count, _length - start - count).CopyTo(_buffer.AsSpan(start + with.Length));
        with.CopyTo(_buffer.AsSpan(start));
        _length = length;
    }

    private static bool IsOfNumber(byte c) => char.IsAsciiDigit((char)c) || c is (byte)'.' or (byte)'-';

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
