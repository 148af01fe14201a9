namespace K2.Simulator.Binance;

/// <summary>Walks over the number fields of a frame whose keys are one letter long: ids and times.</summary>
internal ref struct BinanceNumberFields(ReadOnlySpan<byte> frame)
{
    private readonly ReadOnlySpan<byte> _frame = frame;
    private int _next;

    /// <summary>The key's letter.</summary>
    public byte Key { get; private set; }

    /// <summary>First byte of the number.</summary>
    public int Start { get; private set; }

    /// <summary>First byte behind the number.</summary>
    public int End { get; private set; }

    /// <summary>The number.</summary>
    public long Value { get; private set; }

    /// <summary>Goes to the next field.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            var index = _frame[_next..].IndexOf("\":"u8);
            if (index < 0) return false;

            index += _next;
            _next = index + 2;
            if (index < 2 || _frame[index - 2] != '"') continue;

            var end = _next;
            long value = 0;
            while (end < _frame.Length && end - _next < 18 && _frame[end] is >= (byte)'0' and <= (byte)'9') value = (value * 10) + (_frame[end++] - '0');
            if (end == _next) continue;

            Key = _frame[index - 1];
            Start = _next;
            End = end;
            Value = value;
            _next = end;
            return true;
        }
    }
}
