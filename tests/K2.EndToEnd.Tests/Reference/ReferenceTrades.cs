using System.Globalization;
using System.IO.Compression;

namespace K2.EndToEnd.Tests.Reference;

/// <summary>Reads the files of real trades, sharing no code with the platform.</summary>
public static class ReferenceTrades
{
    /// <summary>Reads a Binance spot trades file: id, price, qty, time (ms), is_buyer_maker, recv_ns.</summary>
    public static List<ReferenceTrade> Read(string path, string symbol)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        var trades = new List<ReferenceTrade>();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            trades.Add(new ReferenceTrade(
                symbol,
                long.Parse(cells[0], CultureInfo.InvariantCulture),
                decimal.Parse(cells[1], CultureInfo.InvariantCulture),
                decimal.Parse(cells[2], CultureInfo.InvariantCulture),
                DateTime.UnixEpoch.AddMilliseconds(long.Parse(cells[3], CultureInfo.InvariantCulture)),
                bool.Parse(cells[4])));
        }

        return trades;
    }
}
