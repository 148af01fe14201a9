using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Connectors;
using K2.Exchanges.Imports;

namespace K2.Cli.Commands;

/// <summary><c>k2 import FILE</c>: published files of past trades.</summary>
internal static class ImportCommand
{
    private const int FingerprintBytes = 1024 * 1024;

    public static Command Create(CliServices services, TargetOptions target)
    {
        var file = new Argument<string>("FILE") { Description = "a trade or aggregate-trade dump of Binance, or Kraken's time and sales: .csv, .csv.gz or .zip" };
        var exchange = new Option<string>("--exchange") { Description = "binance or kraken", Required = true };
        var symbol = new Option<string>("--symbol") { Description = "for example BTC/USDT", Required = true };
        var command = new Command("import", "read a published file of past trades; broken off, it is run again and goes on") { file, exchange, symbol };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (path, venue, pair) = (result.GetValue(file)!, result.GetValue(exchange)!, result.GetValue(symbol)!);
            RowCommandOptions.Instrument(venue, pair);
            if (!File.Exists(path)) throw CliException.Usage($"the file '{path}' does not exist.");
            await using var source = File.OpenRead(path);
            var origin = $"{Path.GetFileName(path)}-{await FingerprintAsync(source, cancellationToken)}";
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);

            await using var lines = Open(path, source);
            var bar = new ProgressBar(services.Terminal, Path.GetFileName(path), services.Time);
            long taken = 0, known = 0, overlapping = 0, bad = 0, missing = 0;
            try
            {
                await foreach (var chunk in TradeFileReader.ReadAsync(lines, cancellationToken))
                {
                    var outcome = await client.ImportAsync(venue, pair, new ImportChunk { Symbol = pair, Origin = origin, Format = (int)chunk.Format, FirstLine = chunk.FirstLine, Lines = chunk.Lines, IsLast = chunk.IsLast }, cancellationToken);
                    taken += outcome.Taken;
                    known += outcome.Known;
                    overlapping += outcome.Overlapping;
                    bad += outcome.Bad;
                    missing = outcome.Missing;
                    bar.Show(source.Position, source.Length, string.Create(CultureInfo.InvariantCulture, $"bytes; {taken:N0} trades taken"));
                }
            }
            catch (InvalidDataException damaged)
            {
                throw CliException.Failed($"'{path}' cannot be read: {damaged.Message} What was read before is taken; run it again with a whole file.");
            }
            finally
            {
                bar.End();
            }

            await services.Terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{taken:N0} trades taken, {known:N0} were known, {overlapping:N0} left out because the exchange's own trades of that time are there, {bad:N0} lines in the dead letters"));
            if (missing > 0) await services.Terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{missing:N0} ids between the known trades are missing: k2 gaps lists them, k2 backfill {venue} {pair} --from TIME or another file fills them"));
            return bad == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<string> FingerprintAsync(FileStream source, CancellationToken cancellationToken)
    {
        var start = new byte[FingerprintBytes];
        var length = await source.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        source.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(start.AsSpan(0, length)))[..12];
    }

    private static Stream Open(string path, FileStream source)
    {
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return new GZipStream(source, CompressionMode.Decompress);
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return source;
        try
        {
            var archive = new ZipArchive(source, ZipArchiveMode.Read);
            return archive.Entries is [var only] ? only.Open() : throw CliException.Usage($"'{path}' holds {archive.Entries.Count} files: unpack the one that is meant.");
        }
        catch (InvalidDataException damaged)
        {
            throw CliException.Failed($"'{path}' is no zip file: {damaged.Message}");
        }
    }
}
