using System.Globalization;
using System.IO.Compression;
using System.Text;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;
using K2.TestKit;

namespace K2.Domain.Tests.Golden;

/// <summary>Reads the files of real trades; a test that finds none is skipped.</summary>
internal static class RealTrades
{
    /// <summary>The cells of a file, without its heading.</summary>
    public static List<string[]> Rows(string name)
    {
        var path = SharedFiles.TryFind("trades/" + name);
        Assert.SkipWhen(path is null, SharedFiles.Missing);
        using Stream file = File.OpenRead(path!);
        using var reader = new StreamReader(name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line) rows.Add(line.Split(','));
        Assert.NotEmpty(rows);
        return rows;
    }

    /// <summary>Trades by id, price, quantity and time in milliseconds.</summary>
    public static List<Trade> Singles(string name, int priceScale, int quantityScale) =>
        Rows(name).ConvertAll(cells => Some.TradeOf(Number(cells[0]), 0) with
        {
            Price = new Price(Mantissa(cells[1], priceScale)),
            Quantity = new Quantity(Mantissa(cells[2], quantityScale)),
            ExchangeTime = Timestamp.FromMilliseconds(Number(cells[3])),
        });

    /// <summary>Aggregate trades by id, price, quantity, first and last id, and time in milliseconds.</summary>
    public static List<Trade> Aggregates(string name, int priceScale, int quantityScale) =>
        Rows(name).ConvertAll(cells => Some.TradeOf(Number(cells[0]), 0) with
        {
            Kind = TradeKind.Aggregate,
            Price = new Price(Mantissa(cells[1], priceScale)),
            Quantity = new Quantity(Mantissa(cells[2], quantityScale)),
            FirstTradeId = Number(cells[3]),
            LastTradeId = Number(cells[4]),
            ExchangeTime = Timestamp.FromMilliseconds(Number(cells[5])),
        });

    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    public static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static long Mantissa(string text, int scale)
    {
        Assert.Equal(FixedPointError.None, FixedPoint.Parse(Encoding.ASCII.GetBytes(text), scale, out var mantissa));
        return mantissa;
    }
}
