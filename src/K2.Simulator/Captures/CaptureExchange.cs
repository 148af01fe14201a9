using System.Text.Json;
using K2.Domain.Instruments;
using K2.Simulator.Replay;

namespace K2.Simulator.Captures;

/// <summary>Tells by its frames which exchange a capture is of.</summary>
public static class CaptureExchange
{
    /// <summary>Frames that are looked at.</summary>
    public const int MaxFrames = 1000;

    /// <summary>Returns the exchange of the first frame that can only be of one; <see cref="Exchange.Unknown"/> if the first frames tell nothing.</summary>
    /// <exception cref="FileNotFoundException">The capture does not exist.</exception>
    /// <exception cref="InvalidDataException">The capture's beginning is unreadable or damaged; one line with file and line.</exception>
    public static async Task<Exchange> FindAsync(string path, CancellationToken cancellationToken)
    {
        var frames = 0;
        await foreach (var block in new CaptureFileSource(path).ReadAsync(cancellationToken))
        {
            foreach (var entry in block.Entries)
            {
                if (Of(block.Bytes(entry)) is not Exchange.Unknown and var exchange) return exchange;
                if (++frames == MaxFrames) return Exchange.Unknown;
            }
        }

        return Exchange.Unknown;
    }

    private static Exchange Of(ReadOnlyMemory<byte> frame)
    {
        try
        {
            using var json = JsonDocument.Parse(frame);
            if (BinanceReplay.Recognises(json.RootElement)) return Exchange.Binance;
            if (KrakenReplay.Recognises(json.RootElement)) return Exchange.Kraken;
            return CoinbaseReplay.Recognises(json.RootElement) ? Exchange.Coinbase : Exchange.Unknown;
        }
        catch (JsonException)
        {
            return Exchange.Unknown;
        }
    }
}
