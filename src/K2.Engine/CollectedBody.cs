namespace K2.Engine;

/// <summary>The beginning of a body, collected in memory, and the rest of it, if there is more than may be collected.</summary>
internal sealed class CollectedBody(CollectBudget budget) : IAsyncDisposable
{
    private const int StepBytes = 1 << 16;
    private byte[] _bytes = [];
    private long _taken;
    private Stream? _body;

    /// <summary>What was collected.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>Bytes collected.</summary>
    public int Length { get; private set; }

    /// <summary>The rest; null if there is none.</summary>
    public Stream? Rest { get; private set; }

    /// <summary>Adds a text in front of a body.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Reserve(Length + text.Length, Length + text.Length);
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Counts bytes that are held elsewhere for as long as this body; false if the budget of all requests is used up.</summary>
    public bool Count(int bytes)
    {
        if (!budget.TryTake(bytes)) return false;
        _taken += bytes;
        return true;
    }

    /// <summary>Collects a body to its end or the limit.</summary>
    public async Task CollectAsync(Stream body, long? length, CancellationToken cancellationToken)
    {
        _body = body;
        var most = Length + FrontLimits.CollectedBytes;
        var expected = Math.Min(Length + (length ?? 0) + 1, most);
        while (true)
        {
            if (Length == _bytes.Length && !Reserve(Length + StepBytes, (int)Math.Max(expected, Math.Min(2L * Length, most))))
            {
                Rest = body;
                return;
            }

            var read = await body.ReadAsync(_bytes.AsMemory(Length), cancellationToken);
            if (read == 0) return;
            Length += read;
            if (Length < most) continue;
            Rest = body;
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        budget.Return(_taken);
        _taken = 0;
        if (_body is not null) await _body.DisposeAsync();
    }

    /// <summary>Makes room for more; false if the budget of all requests is used up. The first step is always given: it is what connections are bounded for.</summary>
    private bool Reserve(int least, int wanted)
    {
        var size = Math.Max(least, wanted);
        if (!budget.TryTake(size - _bytes.Length))
        {
            if (Length >= StepBytes) return false;
            size = least;
        }
        else
        {
            _taken += size - _bytes.Length;
        }

        Array.Resize(ref _bytes, size);
        return true;
    }
}
